import assert from 'node:assert/strict';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { SqliteStore } from '../../server/adapters/sqlite/sqlite-store.ts';
import type { Store } from '../../server/core/ports/store.ts';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import type { KeyDetails, RouteRequest } from '../../server/library/api.ts';
import type { StateTransition } from '../../shared/model/states.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type SimulatedAnswer, SimulatedUpstream } from '../support/simulated-upstream.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

/** By turns: else a key that failed is left for one that did not before its breaker has a say. */
const HELLO: RouteRequest = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 200, objective: 'fairness' };
const FINE: SimulatedAnswer = { usage: { ...NO_USAGE, inputTokens: 100, outputTokens: 50 } };
const DEAD: SimulatedAnswer = { fails: 'connect' };
const SECOND_MS = 1_000;

/** Simulated accounts that stay while routers come and go. */
class World {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom();
  readonly answers = new Map<string, SimulatedAnswer>();
  readonly upstream = new SimulatedUpstream(
    this.clock,
    (request) => this.answers.get(request.secret) ?? FINE,
  );
  readonly transitions: StateTransition[] = [];

  router(store: Store = new MemoryStore()): ApiKeyRouter {
    const { clock, random, upstream } = this;
    const router = new ApiKeyRouter({ store, masterKey: new Uint8Array(32), clock, random, upstream });
    router.on('stateChange', (transition) => this.transitions.push(transition));
    return router;
  }

  sentTo(name: string): number {
    return this.upstream.bills.filter(({ request }) => request.secret === secretOf(name)).length;
  }
}

function secretOf(name: string): string {
  return `sk-simulated-${name}-0123456789`;
}

function addKey(router: ApiKeyRouter, name: string): Promise<KeyDetails> {
  return router.registerKey({ provider: 'openai', name, secret: secretOf(name) });
}

/** Which keys answered; a request that none could answer is a dash. */
async function ask(router: ApiKeyRouter, count: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const answer = await router.route(HELLO).catch(() => null);
    names.push(answer?.metadata.keyName ?? '-');
  }
  return names;
}

describe('the breaker of a key', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  it('opens after three failures in a row, and not after two with an answer between', async () => {
    const router = world.router();
    const key = await addKey(router, 'a');
    await router.configurePolicy({
      name: 'once',
      type: 'failure_handling',
      scope: { global: true },
      rules: [{ action: 'max_attempts', attempts: 1 }],
    });
    const states: string[] = [];
    for (const answer of [DEAD, DEAD, FINE, DEAD, DEAD, DEAD]) {
      world.answers.set(secretOf('a'), answer);
      await ask(router, 1);
      states.push((await router.getKey(key.id)).state);
    }
    assert.deepEqual(states, [...Array<string>(5).fill('available'), 'throttled']);
    await router.close();
  });

  it('lets one request try when its time has come, closes on an answer, and sends nothing by itself', async () => {
    const router = world.router();
    const key = await addKey(router, 'a');
    await addKey(router, 'b');
    world.answers.set(secretOf('a'), DEAD);
    await ask(router, 30);
    assert.equal(world.sentTo('a'), 3);
    assert.equal((await router.getKey(key.id)).state, 'throttled');

    world.clock.advance(SECOND_MS);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await router.getKey(key.id)).state, 'recovering');
    assert.equal(world.sentTo('a'), 3, 'no ping');

    // The probe takes its time: whoever comes meanwhile is served by the other key.
    world.answers.set(secretOf('a'), { ...FINE, afterMs: 100 });
    const all = Promise.all(Array.from({ length: 20 }, () => router.route(HELLO)));
    await world.clock.drive(all);
    assert.equal(world.sentTo('a'), 4, 'one probe at a time');
    assert.equal((await router.getKey(key.id)).state, 'available');
    assert.deepEqual(
      world.transitions.map(({ from, to, trigger }) => `${from} > ${to} (${trigger})`),
      [
        'available > throttled (network)',
        'throttled > recovering (wait_elapsed)',
        'recovering > available (success)',
      ],
    );
    await router.close();
  });

  it('asks a dead key ever more rarely: a bounded number of times an hour, each a real request', async () => {
    const router = world.router();
    await addKey(router, 'dead');
    await addKey(router, 'alive');
    world.answers.set(secretOf('dead'), DEAD);
    for (let second = 0; second < 3600; second++) {
      assert.deepEqual(await ask(router, 1), ['alive']);
      world.clock.advance(SECOND_MS);
    }
    const asked = world.sentTo('dead');
    console.log(`      a dead key was asked ${asked} times in an hour with 3,600 requests`);
    // Three until it opens, then after 1, 2, 4 ... 32 s, then once a minute at most.
    assert.ok(asked <= 3 + 6 + 60, `${asked} times`);
    assert.ok(asked >= 30, 'it would be noticed when it comes back');
    world.answers.delete(secretOf('dead'));
    const names: string[] = [];
    for (let second = 0; second < 70; second++) {
      names.push(...(await ask(router, 1)));
      world.clock.advance(SECOND_MS);
    }
    assert.ok(names.includes('dead'), 'it is used again within its longest wait');
    await router.close();
  });

  it('leaves the other models of the key alone', async () => {
    const router = world.router();
    await addKey(router, 'a');
    world.answers.set(secretOf('a'), DEAD);
    await world.clock.drive(router.route(HELLO).catch(() => null));
    world.answers.delete(secretOf('a'));
    const { metadata } = await router.route({ ...HELLO, model: 'gpt-4o' });
    assert.equal(metadata.keyName, 'a');
    await router.close();
  });

  it('does not open for what is the fault of the request', async () => {
    const router = world.router();
    const key = await addKey(router, 'a');
    world.answers.set(secretOf('a'), { status: 400, body: { error: { message: 'Bad temperature' } } });
    assert.deepEqual(await ask(router, 10), Array(10).fill('-'));
    assert.equal((await router.getKey(key.id)).state, 'available');
    assert.equal(world.sentTo('a'), 10);
    await router.close();
  });

  describe('on a database', () => {
    let folder: TempFolder;
    const stores: SqliteStore[] = [];

    beforeEach(async () => {
      folder = await createTempFolder();
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
      await folder.remove();
    });

    function open(): SqliteStore {
      const pid = stores.length + 1;
      const store = SqliteStore.open({
        file: folder.file('store.db'),
        instance: { id: `instance ${pid}`, pid },
        clock: world.clock,
        isAlive: (asked) => asked === pid,
      });
      stores.push(store);
      return store;
    }

    it('stays open over a restart until its time, then recovers by real traffic', async () => {
      const before = world.router(open());
      const key = await addKey(before, 'a');
      await addKey(before, 'b');
      world.answers.set(secretOf('a'), DEAD);
      // Twice as long with each failure: the fourth one opens it for two seconds.
      await ask(before, 10);
      world.clock.advance(SECOND_MS);
      await ask(before, 10);
      assert.equal(world.sentTo('a'), 4);
      const { until } = await before.getKey(key.id);
      assert.equal(until?.getTime(), world.clock.now() + 2 * SECOND_MS);
      await before.close();

      world.clock.advance(SECOND_MS);
      const after = world.router(open());
      const now = await after.getKey(key.id);
      assert.deepEqual([now.state, now.until], ['throttled', until]);
      assert.deepEqual(await ask(after, 10), Array(10).fill('b'));
      assert.equal(world.sentTo('a'), 4, 'the new process does not ask it either');

      world.clock.advance(SECOND_MS);
      await ask(after, 10);
      assert.equal(world.sentTo('a'), 5, 'its time has come');
      assert.equal(
        (await after.getKey(key.id)).until?.getTime(),
        world.clock.now() + 4 * SECOND_MS,
        'failures before the restart count on',
      );
      await after.close();

      // Closed for longer than the wait: it is to be tried at once.
      world.clock.advance(60 * SECOND_MS);
      world.answers.delete(secretOf('a'));
      const last = world.router(open());
      world.clock.advance(0);
      assert.equal((await last.getKey(key.id)).state, 'throttled');
      world.clock.advance(1);
      assert.ok((await ask(last, 4)).includes('a'));
      assert.equal((await last.getKey(key.id)).state, 'available');
      await last.close();
    });
  });
});
