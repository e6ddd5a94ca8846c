import type { KeyDetails } from 'apikeyrouter';
import { askOften, type Tour } from './tour.ts';

const SMALL = { totalCapacity: 20, timeWindow: { rollingMs: 600_000 } };
const HEAVY_USE = 17;

/** 3. A key may have several: by window, and in requests, tokens or dollars. */
export async function addQuotas({ router }: Tour): Promise<void> {
  for (const { id: keyId, name } of (await router.getStateSummary()).keys) {
    await router.configureQuota({ keyId, timeWindow: 'hour', totalCapacity: 1000, dimension: 'requests' });
    await router.configureQuota({
      keyId,
      timeWindow: 'day',
      totalCapacity: 2_000_000,
      dimension: 'total_tokens',
    });
    console.log(`   ${name}: 1000 requests an hour, 2,000,000 tokens a day.`);
  }
}

/** 7. One key gets a small quota, over the last ten minutes, and much to do. */
export async function useQuotas(tour: Tour): Promise<void> {
  const { router } = tour;
  const key = (await router.getStateSummary()).keys.at(-1);
  if (!key) return;
  const quotaId = await router.configureQuota({ keyId: key.id, ...SMALL });
  console.log(`   Before: ${await smallest(tour, key)}.`);
  const model = key.provider === 'anthropic' ? 'claude-haiku-4-5' : 'gpt-5.4-mini';
  const names = await askOften(tour, HEAVY_USE, { model, provider: key.provider });
  console.log(`   ${names.length} requests later: ${await smallest(tour, key)}.`);
  await router.removeQuota(quotaId);
  console.log('   The small quota is removed again.');
}

/** The state of the key's smallest quota. */
async function smallest({ router }: Tour, key: KeyDetails): Promise<string> {
  const [quota] = (await router.getQuotaState(key.id)).toSorted((a, b) => a.totalCapacity - b.totalCapacity);
  if (!quota) return `${key.name} has no quota`;
  const { used, totalCapacity, capacityState, prediction } = quota;
  const when = prediction ? ', and predicted to run out before its reset' : '';
  return `${key.name} has used ${used} of ${totalCapacity} requests and is ${capacityState}${when}`;
}
