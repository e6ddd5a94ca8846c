/** Everything that the library does, in 13 parts, the way a program would use it. */
import { ApiKeyRouter } from 'apikeyrouter';
import { showBatch } from './comprehensive/batch.ts';
import { showBudgets } from './comprehensive/budgets.ts';
import { showFailover } from './comprehensive/failover.ts';
import { addKeys, setUp } from './comprehensive/keys.ts';
import { lookBack } from './comprehensive/looking-back.ts';
import { showObjectives } from './comprehensive/objectives.ts';
import { addPolicies } from './comprehensive/policies.ts';
import { showProviders } from './comprehensive/providers.ts';
import { addQuotas, useQuotas } from './comprehensive/quotas.ts';
import { rotateAndRevoke } from './comprehensive/rotation.ts';
import { showTeams } from './comprehensive/teams.ts';
import type { Part } from './comprehensive/tour.ts';
import { openAccounts } from './support/accounts.ts';

const PARTS: readonly (readonly [heading: string, part: Part])[] = [
  ['Set-up and providers', setUp],
  ['Keys with metadata', addKeys],
  ['Quotas', addQuotas],
  ['Policies', addPolicies],
  ['Routing by objectives', showObjectives],
  ['Failover', showFailover],
  ['Quota states before and after heavy use', useQuotas],
  ['Budgets: status, estimate, check', showBudgets],
  ['Rotation and revocation', rotateAndRevoke],
  ['State, trace and key details', lookBack],
  ['Several providers', showProviders],
  ['A batch of concurrent requests', showBatch],
  ['Routing by team', showTeams],
];

const accounts = await openAccounts();
const router = new ApiKeyRouter();
for (const [index, [heading, show]] of PARTS.entries()) {
  console.log(`${index === 0 ? '' : '\n'}${index + 1}. ${heading}`);
  await show({ router, accounts });
}
console.log('\nDone: all 13 parts have run.');
await router.close();
await accounts.close();
