import {
  WEBHOOK_EVENTS,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookRecord,
  type WebhookView,
} from '../../../shared/model/webhooks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Registry } from '../ports/store.ts';
import type { Vault } from '../ports/vault.ts';
import type { WebhookSigner } from '../ports/webhook-signer.ts';
import { RouterError } from '../router-error.ts';
import type { WebhookSender } from '../webhooks/webhook-sender.ts';
import { checkWebhookUrl } from '../webhooks/webhook-url.ts';
import type { AuditLog } from './audit-log.ts';

/** What a new webhook is made of. */
export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  /** All of them if left out. */
  readonly events?: readonly WebhookEvent[];
  /** Made if left out. */
  readonly secret?: string;
  readonly allowPrivate?: boolean;
}

export interface WebhookAdminParts {
  readonly store: Registry;
  readonly vault: Vault;
  readonly signer: WebhookSigner;
  readonly sender: WebhookSender;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

const MAX_WEBHOOKS = 100;

/** Where events are sent to. */
export class WebhookAdmin {
  readonly #parts: WebhookAdminParts;
  readonly #webhooks = new Map<string, WebhookRecord>();

  constructor(parts: WebhookAdminParts) {
    this.#parts = parts;
  }

  /** Takes over what is stored. Throws `RouterError('internal')` if a secret does not open. */
  async load(records: readonly WebhookRecord[]): Promise<void> {
    const { store, vault } = this.#parts;
    for (const record of records) {
      const sealed = await store.loadWebhookSecret(record.id);
      if (sealed) vault.hold(record.id, vault.open(record.id, sealed));
      this.#webhooks.set(record.id, record);
    }
  }

  /** The webhooks that are to be told of an event. */
  wanting(event: WebhookEvent): readonly WebhookRecord[] {
    return [...this.#webhooks.values()].filter(({ enabled, events }) => enabled && events.includes(event));
  }

  list(): readonly WebhookView[] {
    return [...this.#webhooks.values()].map((record) => this.#view(record));
  }

  /** The secret is in this answer only. Throws `RouterError`: `invalid_request`, `conflict` (the name is taken). */
  async create(
    input: NewWebhook,
    actor: string,
  ): Promise<{ readonly webhook: WebhookView; readonly secret: string }> {
    const { store, vault, signer, random, clock } = this.#parts;
    const { name, allowPrivate = false, events = WEBHOOK_EVENTS } = input;
    const url = checkWebhookUrl(input.url, allowPrivate);
    const secret = input.secret ?? signer.newSecret();
    if (!signer.isSecret(secret)) {
      throw new RouterError('invalid_request', 'A secret is "whsec_" and 24 to 64 bytes in base64.');
    }
    if ([...this.#webhooks.values()].some((other) => other.name === name)) {
      throw new RouterError('conflict', `There is already a webhook named "${name}".`);
    }
    if (this.#webhooks.size >= MAX_WEBHOOKS) {
      throw new RouterError('conflict', `There are ${MAX_WEBHOOKS} webhooks already. Remove one first.`);
    }
    const record: WebhookRecord = {
      id: random.id('wh'),
      name,
      url,
      events: [...new Set(events)],
      allowPrivate,
      enabled: true,
      createdAt: clock.now(),
    };
    await store.saveWebhook(record, vault.seal(record.id, secret));
    await this.#note(actor, 'webhook.create', null, record);
    vault.hold(record.id, secret);
    this.#webhooks.set(record.id, record);
    return { webhook: this.#view(record), secret };
  }

  /** Switched off it is told of nothing, and what is pending is dropped. */
  async setEnabled(idOrName: string, enabled: 'enabled' | 'disabled', actor: string): Promise<WebhookView> {
    const { store, vault, sender } = this.#parts;
    const before = this.#get(idOrName);
    const after = { ...before, enabled: enabled === 'enabled' };
    const secret = vault.reveal(before.id);
    if (secret === undefined)
      throw new RouterError('internal', `The secret of "${before.name}" is missing. Add it again.`);
    await store.saveWebhook(after, vault.seal(before.id, secret));
    await this.#note(actor, after.enabled ? 'webhook.enable' : 'webhook.disable', before, after);
    this.#webhooks.set(before.id, after);
    if (!after.enabled) sender.cancel(before.id);
    return this.#view(after);
  }

  async remove(idOrName: string, actor: string): Promise<WebhookView> {
    const { store, vault, sender } = this.#parts;
    const record = this.#get(idOrName);
    await store.deleteWebhook(record.id);
    await this.#note(actor, 'webhook.remove', record, null);
    this.#webhooks.delete(record.id);
    vault.drop(record.id);
    const view = this.#view(record);
    sender.forget(record.id);
    return view;
  }

  /** Sends a message now, once, also to one that is switched off. */
  async test(idOrName: string): Promise<WebhookDelivery> {
    return this.#parts.sender.test(this.#get(idOrName));
  }

  #get(idOrName: string): WebhookRecord {
    const records = [...this.#webhooks.values()];
    const found = this.#webhooks.get(idOrName) ?? records.find(({ name }) => name === idOrName);
    if (found) return found;
    throw new RouterError(
      'not_found',
      `There is no webhook "${idOrName}". List them with "apikeyrouter webhooks list".`,
    );
  }

  #view(record: WebhookRecord): WebhookView {
    return { ...record, ...this.#parts.sender.progress(record.id) };
  }

  #note(
    actor: string,
    action: string,
    before: WebhookRecord | null,
    after: WebhookRecord | null,
  ): Promise<void> {
    return this.#parts.audit.record({ actor, action, target: (after ?? before)?.id ?? '', before, after });
  }
}
