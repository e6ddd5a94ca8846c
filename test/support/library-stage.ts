import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import type { KeyDetails, RouteRequest } from '../../server/library/api.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from './manual-clock.ts';
import { SeededRandom } from './seeded-random.ts';
import { type SentRequest, type SimulatedAnswer, SimulatedUpstream } from './simulated-upstream.ts';

/** What an account reports where a test says nothing else. */
export const USAGE = { ...NO_USAGE, inputTokens: 100, outputTokens: 50 };
export const HELLO: RouteRequest = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 200 };

const MASTER_KEY = new Uint8Array(32).fill(7);

/** A router over simulated accounts; `answers` may be changed while it runs. */
export class Stage {
  readonly clock = new ManualClock();
  readonly answers = new Map<string, (request: SentRequest) => SimulatedAnswer>();
  readonly upstream = new SimulatedUpstream(this.clock, (request) => {
    const answer = this.answers.get(request.secret) ?? this.answers.get(request.origin);
    return answer?.(request) ?? { usage: USAGE };
  });
  readonly store = new MemoryStore();
  readonly router = this.reopen();

  /** Another router over the same accounts and the same store, as after a restart. */
  reopen(): ApiKeyRouter {
    const { clock, upstream, store } = this;
    return new ApiKeyRouter({ clock, random: new SeededRandom(), upstream, store, masterKey: MASTER_KEY });
  }

  /** A key whose secret is its name. */
  key(name: string, more: Partial<Parameters<ApiKeyRouter['registerKey']>[0]> = {}): Promise<KeyDetails> {
    return this.router.registerKey({ provider: 'openai', name, secret: secretOf(name), ...more });
  }

  /** Which keys answered, by name. */
  async names(count: number, request = HELLO): Promise<readonly string[]> {
    const names: string[] = [];
    for (let index = 0; index < count; index++)
      names.push((await this.router.route(request)).metadata.keyName);
    return names;
  }

  sentTo(name: string): number {
    return this.upstream.bills.filter(({ request }) => request.secret === secretOf(name)).length;
  }
}

export function secretOf(name: string): string {
  return `sk-simulated-${name}-0123456789`;
}
