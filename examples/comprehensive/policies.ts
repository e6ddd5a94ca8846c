import type { PolicyConfiguration } from 'apikeyrouter';
import type { Tour } from './tour.ts';

const DEVELOPMENT: PolicyConfiguration = {
  name: 'development-cost',
  type: 'cost',
  scope: { team: 'development' },
  priority: 10,
  rules: [{ action: 'prefer_lowest_cost', maxCostPerRequest: 0.1, fallbackToReliable: true }],
};
const PRODUCTION: PolicyConfiguration = {
  name: 'production-reliability',
  type: 'routing',
  scope: { team: 'production' },
  rules: [
    { action: 'prefer_high_reliability', minSuccessRate: 0.9, preferPremiumTier: true, allowFallback: true },
  ],
};
const MONTHLY_BUDGET: PolicyConfiguration = {
  name: 'monthly-budget',
  type: 'cost',
  scope: { global: true },
  rules: [
    {
      action: 'enforce_budget',
      budgetLimit: 1,
      budgetWindow: 'monthly',
      enforcementMode: 'prevent',
      alertThreshold: 0.8,
      onInsufficient: 'clamp_output',
    },
  ],
};
const REGIONS: PolicyConfiguration = {
  name: 'regions',
  type: 'key_selection',
  scope: { team: 'europe' },
  rules: [{ action: 'prefer_region', preferredRegions: ['eu-west-1'], fallbackRegions: ['eu-central-1'] }],
};

/** 4. The words are those of policy files, in camel case. */
export async function addPolicies({ router, accounts }: Tour): Promise<void> {
  const request = { model: accounts.cheapModel, prompt: 'Hello', maxTokens: 60, team: 'production' };
  const decision = await router.dryRunPolicy(PRODUCTION, request);
  console.log(`   A dry run of production-reliability: ${await router.explain(decision)}`);
  for (const policy of [DEVELOPMENT, PRODUCTION, MONTHLY_BUDGET, REGIONS]) {
    await router.configurePolicy(policy);
  }
  console.log(`   Configured: ${(await router.getStateSummary()).policies.join(', ')}.`);
  // One that is not valid changes nothing.
  await router.configurePolicy({ ...DEVELOPMENT, priority: 0.5 }).catch((error: Error) => {
    console.log(`   Refused: ${error.message}`);
  });
}
