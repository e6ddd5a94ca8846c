import type { StateTransition } from '../../../shared/model/states.ts';
import type { WebhookEvent } from '../../../shared/model/webhooks.ts';
import type { WebhookAdmin } from '../admin/webhook-admin.ts';
import type { AlertMarks } from '../budget/alert-marks.ts';
import type { BudgetAlert, BudgetExceeded } from '../budget/budget-alerts.ts';
import type { RunawayAlert } from '../budget/runaway-alarm.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { CoreObserver } from '../open-core.ts';
import type { Clock, Dispose } from '../ports/clock.ts';
import type { QuotaBook, QuotaStatus } from '../quota/quota-book.ts';
import { addressOf } from '../quota/windows.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface WebhookFeedParts {
  readonly webhooks: Pick<WebhookAdmin, 'wanting'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/** What the core tells of itself, once it is open. */
interface Watched {
  readonly pool: KeyPool;
  readonly quotas: QuotaBook;
  readonly marks: AlertMarks;
}

/** How often predictions are looked at. */
const ROUND_MS = 60_000;
/** Less likely than not is no news. */
const MIN_CONFIDENCE = 0.5;

/** Makes messages of what happens, for the webhooks that want them. They hold ids, names and amounts only. */
export class WebhookFeed implements CoreObserver {
  readonly #parts: WebhookFeedParts;
  #watched: Watched | null = null;
  #cancel: Dispose = () => undefined;

  constructor(parts: WebhookFeedParts) {
    this.#parts = parts;
  }

  /** From now on keys have names, and predictions are looked at. */
  watch(core: Watched): void {
    this.#watched = core;
    this.#schedule();
  }

  dispose(): void {
    this.#cancel();
  }

  budgetAlert({ at, ...data }: BudgetAlert): void {
    this.#tell('budget.threshold', at, data);
  }

  budgetExceeded({ at, ...data }: BudgetExceeded): void {
    this.#tell('budget.exceeded', at, data);
  }

  runaway({ at, ...data }: RunawayAlert): void {
    this.#tell('conversation.runaway', at, data);
  }

  stateChanged(transitions: readonly StateTransition[]): void {
    for (const transition of transitions) {
      const { at, owner, from, to, family, dimension, until } = transition;
      // One that is exhausted still when it is tried again is no news.
      if (to === 'exhausted' && from !== 'recovering') {
        const limit = { family: family ?? null, dimension: dimension ?? null, until: until ?? null };
        this.#tell('key.exhausted', at, { owner, keys: this.#keysOf(owner), ...limit });
      }
      if (to === 'invalid') this.#tell('key.invalid', at, { keys: this.#keysOf(owner) });
    }
  }

  #tell(type: WebhookEvent, at: number, data: object): void {
    for (const webhook of this.#parts.webhooks.wanting(type))
      this.#parts.sender.send(webhook, { type, at, data });
  }

  #keysOf(owner: string): readonly object[] {
    const keys = this.#watched?.pool.ownedBy(owner) ?? [];
    return keys.map(({ record: { id, name, providerId } }) => ({ id, name, providerId }));
  }

  #schedule(): void {
    this.#cancel = this.#parts.clock.after(ROUND_MS, () => {
      this.#schedule();
      this.#predict().catch(this.#parts.failed);
    });
  }

  async #predict(): Promise<void> {
    const { webhooks, clock } = this.#parts;
    if (!this.#watched || webhooks.wanting('quota.exhaustion_predicted').length === 0) return;
    const { quotas, marks } = this.#watched;
    const now = clock.now();
    for (const { record, used, capacity, resetsAt, prediction } of quotas.status(null, now)) {
      if (!prediction || prediction.confidence < MIN_CONFIDENCE || used >= capacity) continue;
      const window = addressOf(`quota:${record.id}`, record.window, now, record);
      if (!(await marks.first(window, 'predicted'))) continue;
      const data = { ...quotaData(record), used, capacity, resetsAt, keys: this.#keysOf(record.owner) };
      this.#tell('quota.exhaustion_predicted', now, { ...data, ...predictionData(prediction) });
    }
  }
}

function quotaData({ id, owner, family, dimension }: QuotaStatus['record']): object {
  return { quotaId: id, owner, family, dimension };
}

function predictionData({ at, low, high, confidence }: NonNullable<QuotaStatus['prediction']>): object {
  return { exhaustedAt: at, earliest: low, latest: high, confidence };
}
