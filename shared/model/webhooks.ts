/** What a webhook may be told of. */
export const WEBHOOK_EVENTS = [
  'budget.threshold',
  'budget.exceeded',
  'key.invalid',
  'key.exhausted',
  'quota.exhaustion_predicted',
  'conversation.runaway',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** The type of the message that a person sends to try a webhook out. */
export const WEBHOOK_TEST = 'webhook.test';

/** Where messages are sent to. Its secret is kept apart, sealed. */
export interface WebhookRecord {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** Whether it may lead into a private network. */
  readonly allowPrivate: boolean;
  readonly enabled: boolean;
  readonly createdAt: number;
}

/** How the message that was tried last fared. */
export interface WebhookDelivery {
  readonly type: WebhookEvent | typeof WEBHOOK_TEST;
  /** As the receiver sees it in `webhook-id`, the same in every attempt. */
  readonly messageId: string;
  /** Of the last attempt, ms since the epoch. */
  readonly at: number;
  readonly attempts: number;
  /** `retrying`: it is tried again. `failed`: it is given up. */
  readonly outcome: 'delivered' | 'retrying' | 'failed';
  /** The receiver's; `null`: it gave no answer. */
  readonly status: number | null;
  /** What went wrong, for people. */
  readonly error: string | null;
}

/** A webhook as its owner sees it; deliveries since the daemon started. */
export interface WebhookView extends WebhookRecord {
  readonly lastDelivery: WebhookDelivery | null;
  /** Attempts that failed since the last one that succeeded. */
  readonly failedInRow: number;
  /** Messages that are under way, or wait to be tried again. */
  readonly pending: number;
  /** Messages that were not sent because too many were pending. */
  readonly dropped: number;
}
