import type { ProviderPreset } from '../../../shared/model/presets.ts';
import type { ProviderKind, ProviderRecord, ProviderSettings } from '../../../shared/model/records.ts';
import type { ProviderView } from '../../../shared/model/views.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { Clock } from '../ports/clock.ts';
import type { Registry } from '../ports/store.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';
import type { OneAtATime } from './one-at-a-time.ts';

export interface ProviderInput {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
  /** Those it had, if left out. */
  readonly settings?: ProviderSettings;
}

/** Providers that people add or point elsewhere. */
export class ProviderAdmin {
  readonly #pool: KeyPool;
  readonly #store: Registry;
  readonly #clock: Clock;
  readonly #changes: ChangeHub;
  readonly #audit: AuditLog;
  readonly #turns: OneAtATime;
  readonly #presets: readonly ProviderPreset[];

  constructor(parts: {
    readonly pool: KeyPool;
    readonly store: Registry;
    readonly clock: Clock;
    readonly changes: ChangeHub;
    readonly audit: AuditLog;
    /** Shared with whoever adds keys: a base URL must not move while the first key of its provider is stored. */
    readonly turns: OneAtATime;
    readonly presets: readonly ProviderPreset[];
  }) {
    this.#pool = parts.pool;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#changes = parts.changes;
    this.#audit = parts.audit;
    this.#turns = parts.turns;
    this.#presets = parts.presets;
  }

  list(): readonly ProviderView[] {
    return this.#pool.providers().map((record) => this.#view(record));
  }

  /** Adds a provider, or changes the base URL of one. Throws as `propose` does. */
  save(input: ProviderInput, actor: string): Promise<ProviderView> {
    return this.#turns.run(async () => {
      const record = this.propose(input);
      await this.#store.saveProvider(record);
      await this.#note(actor, this.#pool.provider(record.id) ?? null, record);
      this.#pool.setProvider(record);
      this.#changes.emit('keys');
      return this.#view(record);
    });
  }

  /**
   * The record of a provider as it would be saved. A base URL that is moved while keys exist would send their secrets to
   * another host, so that is refused: throws `RouterError('conflict')`, and `invalid_request` for what is no base URL.
   */
  propose(input: ProviderInput): ProviderRecord {
    if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(input.id)) {
      throw new RouterError(
        'invalid_request',
        'A provider id has lower-case letters, digits, dots, dashes or underscores.',
      );
    }
    const baseUrl = normalizeBaseUrl(input.baseUrl);
    const known = this.#pool.provider(input.id);
    const moves = known && (known.baseUrl !== baseUrl || known.kind !== input.kind);
    if (moves && this.#pool.all().some((key) => key.record.providerId === input.id)) {
      throw new RouterError(
        'conflict',
        `"${input.id}" has keys that belong to ${known.baseUrl}. Remove them before pointing it elsewhere, or add a provider of another name.`,
      );
    }
    const createdAt = known?.createdAt ?? this.#clock.now();
    const settings = input.settings ?? known?.settings;
    const name = input.name.trim() || input.id;
    const { id, kind } = input;
    return { id, kind, name, baseUrl, ...(settings && { settings }), createdAt };
  }

  /** Headers may hold a gateway's credentials: of those only the names are kept. */
  #note(actor: string, before: ProviderRecord | null, after: ProviderRecord): Promise<void> {
    return this.#audit.record({
      actor,
      action: 'provider.save',
      target: after.id,
      before: before && audited(before),
      after: audited(after),
    });
  }

  #view({ id, kind, name, baseUrl, settings }: ProviderRecord): ProviderView {
    const preset = this.#presets.find((entry) => entry.id === id);
    return { ...preset, id, kind, name, baseUrl, ...(settings && { settings }) };
  }
}

function audited({ settings, ...record }: ProviderRecord): object {
  if (!settings?.headers) return settings ? { ...record, settings } : record;
  return { ...record, settings: { ...settings, headers: Object.keys(settings.headers) } };
}

/**
 * A base URL without a trailing slash or version: `https://host/openai/v1/` means `https://host/openai`. Plain
 * HTTP is for this machine only, since a key would travel in the clear. Throws `RouterError('invalid_request')`.
 */
function normalizeBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new RouterError(
      'invalid_request',
      `"${text}" is no URL. A base URL looks like https://api.example.com/v1.`,
    );
  }
  const local =
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) {
    throw new RouterError(
      'invalid_request',
      'A base URL starts with https:// (http:// only for this machine).',
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new RouterError('invalid_request', 'A base URL has no user name, query or fragment.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
}
