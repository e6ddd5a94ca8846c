import { WEBHOOK_TEST, type WebhookDelivery, type WebhookRecord } from '../../../shared/model/webhooks.ts';
import type { Clock, Dispose } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import type { Upstream, UpstreamCall } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import type { WebhookSigner } from '../ports/webhook-signer.ts';
import { isLoopbackHost } from './private-address.ts';

export interface WebhookSenderParts {
  readonly vault: Pick<Vault, 'reveal'>;
  readonly signer: WebhookSigner;
  /** Reaches the internet only; private addresses fail, whatever name leads to them. */
  readonly internet: Upstream;
  /** Reaches everything: for webhooks that may. */
  readonly anywhere: Upstream;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How a webhook has fared since the daemon started. */
export interface WebhookProgress {
  readonly lastDelivery: WebhookDelivery | null;
  readonly failedInRow: number;
  readonly pending: number;
  readonly dropped: number;
}

interface Message {
  readonly id: string;
  readonly type: WebhookDelivery['type'];
  readonly body: string;
  attempts: number;
  /** Ends its exchange or its wait. */
  cancel: Dispose;
}

interface State {
  lastDelivery: WebhookDelivery | null;
  failedInRow: number;
  dropped: number;
  readonly pending: Set<Message>;
}

type Answer = Pick<WebhookDelivery, 'status' | 'error'>;

const MAX_ATTEMPTS = 6;
/** Before the second attempt; five times as long before each further one, so that all of them take about a quarter of an hour. */
const FIRST_BACKOFF_MS = 1_000;
const BACKOFF_FACTOR = 5;
/** More than this of one webhook do not wait: a receiver that is away must not fill the memory. */
const MAX_PENDING = 100;
const TIMEOUT_MS = 10_000;
/** The specification: a receiver that wants no more. */
const GONE = 410;

/** Sends messages to webhooks beside requests: signed, tried again for a while, never waited for. */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #states = new Map<string, State>();
  #closed = false;

  constructor(parts: WebhookSenderParts) {
    this.#parts = parts;
  }

  /** Takes over a message. `data` is JSON without secrets; `at` is when it happened, ms since the epoch. */
  send(
    webhook: WebhookRecord,
    event: { readonly type: Message['type']; readonly at: number; readonly data: object },
  ): void {
    if (this.#closed) return;
    const state = this.#state(webhook.id);
    if (state.pending.size >= MAX_PENDING) {
      state.dropped++;
      return;
    }
    const message = this.#message(event);
    state.pending.add(message);
    this.#attempt(webhook, state, message);
  }

  /** Sends a message of the type `webhook.test` once, and says how that went. Never rejects. */
  async test(webhook: WebhookRecord): Promise<WebhookDelivery> {
    const { clock } = this.#parts;
    const state = this.#state(webhook.id);
    const at = clock.now();
    const message = this.#message({
      type: WEBHOOK_TEST,
      at,
      data: { webhookId: webhook.id, name: webhook.name },
    });
    return new Promise((resolve) => {
      this.#exchange(webhook, message, (answer) => {
        this.#note(webhook, state, message, answer, 'failed');
        resolve(state.lastDelivery ?? this.#delivery(message, answer, 'failed'));
      });
    });
  }

  progress(id: string): WebhookProgress {
    const state = this.#states.get(id);
    if (!state) return { lastDelivery: null, failedInRow: 0, pending: 0, dropped: 0 };
    const { lastDelivery, failedInRow, dropped, pending } = state;
    return { lastDelivery, failedInRow, dropped, pending: pending.size };
  }

  /** Drops what is pending: the webhook was removed or switched off. */
  cancel(id: string): void {
    const state = this.#states.get(id);
    for (const message of state?.pending ?? []) message.cancel();
    state?.pending.clear();
  }

  forget(id: string): void {
    this.cancel(id);
    this.#states.delete(id);
  }

  /** Drops everything that is pending. */
  close(): void {
    this.#closed = true;
    const left = [...this.#states.values()].reduce((sum, { pending }) => sum + pending.size, 0);
    if (left > 0) this.#parts.logger.warn({ messages: left }, 'messages of webhooks were not delivered');
    for (const id of this.#states.keys()) this.cancel(id);
  }

  #message({
    type,
    at,
    data,
  }: {
    readonly type: Message['type'];
    readonly at: number;
    readonly data: object;
  }): Message {
    const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
    return { id: this.#parts.random.id('msg'), type, body, attempts: 0, cancel: () => undefined };
  }

  #state(id: string): State {
    let state = this.#states.get(id);
    if (!state) {
      state = { lastDelivery: null, failedInRow: 0, dropped: 0, pending: new Set() };
      this.#states.set(id, state);
    }
    return state;
  }

  #attempt(webhook: WebhookRecord, state: State, message: Message): void {
    const { clock, random } = this.#parts;
    this.#exchange(webhook, message, (answer) => {
      const isLast = message.attempts >= MAX_ATTEMPTS || answer.status === GONE;
      const outcome = this.#note(webhook, state, message, answer, isLast ? 'failed' : 'retrying');
      if (outcome !== 'retrying') {
        state.pending.delete(message);
        return;
      }
      const backoff = FIRST_BACKOFF_MS * BACKOFF_FACTOR ** (message.attempts - 1);
      const delayMs = backoff / 2 + (random.next() * backoff) / 2;
      message.cancel = clock.after(Math.round(delayMs), () => this.#attempt(webhook, state, message));
    });
  }

  #note(
    webhook: WebhookRecord,
    state: State,
    message: Message,
    answer: Answer,
    otherwise: 'retrying' | 'failed',
  ): WebhookDelivery['outcome'] {
    const delivered = answer.status !== null && answer.status >= 200 && answer.status < 300;
    const delivery = this.#delivery(message, answer, delivered ? 'delivered' : otherwise);
    state.lastDelivery = delivery;
    state.failedInRow = delivered ? 0 : state.failedInRow + 1;
    if (delivery.outcome === 'failed') {
      const { status, error, attempts } = delivery;
      const fields = {
        webhookId: webhook.id,
        name: webhook.name,
        type: message.type,
        attempts,
        status,
        error,
      };
      this.#parts.logger.warn(fields, 'a message of a webhook was given up');
    }
    return delivery.outcome;
  }

  #delivery(
    message: Message,
    { status, error }: Answer,
    outcome: WebhookDelivery['outcome'],
  ): WebhookDelivery {
    const { id, type, attempts } = message;
    return { type, messageId: id, at: this.#parts.clock.now(), attempts, outcome, status, error };
  }

  /** One attempt. The answer counts by its status alone: its body is not read. */
  #exchange(webhook: WebhookRecord, message: Message, ended: (answer: Answer) => void): void {
    const { vault, signer, internet, anywhere, clock } = this.#parts;
    message.attempts++;
    const secret = vault.reveal(webhook.id);
    if (secret === undefined) {
      ended({ status: null, error: 'Its secret is missing. Remove the webhook and add it again.' });
      return;
    }
    const { id, body } = message;
    const bytes = new TextEncoder().encode(body);
    const timestamp = Math.floor(clock.now() / 1000);
    const url = new URL(webhook.url);
    const upstream = webhook.allowPrivate || isLoopbackHost(url.hostname) ? anywhere : internet;
    const call: UpstreamCall = upstream.dispatch(
      {
        method: 'POST',
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        headers: {
          'content-type': 'application/json',
          'content-length': String(bytes.length),
          'user-agent': 'apikeyrouter',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signer.sign(secret, { id, timestamp, body }),
        },
        body: bytes,
        headTimeoutMs: TIMEOUT_MS,
        idleTimeoutMs: TIMEOUT_MS,
      },
      {
        onHead: (status) => {
          call.abort();
          ended({ status, error: errorOf(status) });
        },
        onData: () => true,
        onEnd: () => undefined,
        onFailure: ({ message: error }) => ended({ status: null, error }),
      },
    );
    message.cancel = () => call.abort();
  }
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `It answered ${status}. Redirects are not followed: give the new URL.`;
  return `It answered ${status}.`;
}
