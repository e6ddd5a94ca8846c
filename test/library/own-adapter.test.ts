import assert from 'node:assert/strict';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { NoEligibleKeys } from '../../server/library/errors.ts';
import { openaiCompatibleAdapter } from '../../server/providers/openai.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedUpstream } from '../support/simulated-upstream.ts';

const HELLO = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 100 };

describe('an adapter of a program', () => {
  const adapter = { ...openaiCompatibleAdapter, kind: 'acme' };
  const secret = 'acme-simulated-0123456789';
  const masterKey = new Uint8Array(32).fill(7);
  let store: MemoryStore;

  const open = (): ApiKeyRouter => {
    const clock = new ManualClock();
    const upstream = new SimulatedUpstream(clock, () => ({ usage: NO_USAGE }));
    return new ApiKeyRouter({ clock, random: new SeededRandom(), upstream, store, masterKey });
  };

  beforeEach(() => {
    store = new MemoryStore();
  });

  it('needs a kind of its own, so that it never speaks for other providers', async () => {
    const router = open();
    const wrong = { id: 'acme', baseUrl: 'https://acme.example', adapter: openaiCompatibleAdapter };
    await router.registerProvider(wrong);
    await assert.rejects(
      router.registerProvider({ ...wrong, adapter: { ...adapter, kind: 'openai-compatible' } }),
      /"openai-compatible" is the kind of a built-in adapter: give yours another/,
    );
  });

  it('may speak to a preset', async () => {
    const router = open();
    const headers: unknown[] = [];
    const own = {
      ...adapter,
      authHeaders: (key: string) => {
        headers.push(key);
        return { 'x-key': key };
      },
    };
    await router.registerProvider({ id: 'openai', adapter: own });
    await router.registerKey({ provider: 'openai', secret });
    await router.route(HELLO);
    assert.deepEqual(headers, [secret]);
  });

  it('finds its keys again in a store that lasts', async () => {
    const before = open();
    await before.registerProvider({ id: 'acme', baseUrl: 'https://acme.example', adapter });
    const key = await before.registerKey({ provider: 'acme', secret });
    const after = open();
    await assert.rejects(after.route(HELLO), NoEligibleKeys);
    await after.registerProvider({ id: 'acme', baseUrl: 'https://acme.example', adapter });
    assert.equal((await after.route(HELLO)).metadata.keyUsed, key.id);
  });
});
