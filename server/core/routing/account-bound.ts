import type { Trace } from '../../../shared/model/trace.ts';
import { Bounded } from '../bounded-map.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';

/** Who made something that only its account can read. */
interface Maker {
  readonly keyId: string;
  /** As it was known then: keys of one account may be learned to be that only later. */
  readonly account: string;
}

const MAX_REMEMBERED = 50_000;
/** Of one request: more would be no conversation. */
const MAX_REFERENCES = 64;
const MAX_NAME_LENGTH = 256;

/**
 * Which account made which stored response, conversation, file or encrypted reasoning: they can be read nowhere else.
 * Bounded; responses are learned anew from the newest traces after a restart; of what is not known, any account may be
 * asked.
 */
export class AccountBound {
  readonly #pool: Pick<KeyPool, 'get'>;
  readonly #makers = new Bounded<string, Maker>(MAX_REMEMBERED);
  /** Accounts with what they could not read, of what nobody is known to have made. */
  readonly #refused = new Bounded<string, true>(MAX_REMEMBERED);

  constructor(pool: Pick<KeyPool, 'get'>) {
    this.#pool = pool;
  }

  /** An account has answered: it made the response, and it could read what the request refers to. */
  learn(key: PooledKey, names: readonly string[]): void {
    for (const name of names) {
      if (!this.#makers.get(name)) this.#makers.set(name, { keyId: key.record.id, account: key.account });
    }
  }

  /** Takes over the responses of earlier requests. */
  load(traces: readonly Trace[]): void {
    for (const { attempts } of traces) {
      for (const { keyId, answerId, otherIds } of attempts) {
        // Of a key that is gone it is not known any more whose other keys could read it.
        const maker = this.#pool.get(keyId);
        if (answerId === undefined || !maker) continue;
        for (const name of [answerId, ...(otherIds ?? [])]) {
          this.#makers.set(name, { keyId, account: maker.account });
        }
      }
    }
  }

  /** The first of the names that is known to be another account's; `null`: the key may be asked for all of them. */
  elsewhere(key: PooledKey, names: readonly string[]): string | null {
    return names.find((name) => !this.#mayRead(key, this.#makers.get(name))) ?? null;
  }

  /** All of the names that are known to be another account's. */
  foreign(key: PooledKey, names: readonly string[]): readonly string[] {
    return names.filter(
      (name) =>
        !this.#mayRead(key, this.#makers.get(name)) || this.#refused.get(refusal(key, name)) !== undefined,
    );
  }

  /** An account could not read some of the names. */
  refused(key: PooledKey, names: readonly string[]): void {
    for (const name of names) if (!this.#makers.get(name)) this.#refused.set(refusal(key, name), true);
  }

  #mayRead(key: PooledKey, maker: Maker | undefined): boolean {
    if (!maker || maker.account === key.account) return true;
    // After a rotation the account is not known until its first answer: most likely it is the same.
    if (isGroup(maker.account)) return maker.keyId === key.record.id && !isGroup(key.account);
    return this.#pool.get(maker.keyId)?.account === key.account;
  }
}

function refusal({ account }: PooledKey, name: string): string {
  return `${account} ${name}`;
}

function isGroup(account: string): boolean {
  return account.startsWith('group:');
}

/** Names of what a request's body refers to and only its maker's account can read. */
export function readReferences(body: unknown): readonly string[] {
  const request = asRecord(body);
  if (!request) return [];
  const found = new Set<string>();
  const add = (name: unknown): void => {
    if (typeof name !== 'string' || name.length === 0 || name.length > MAX_NAME_LENGTH) return;
    if (found.size < MAX_REFERENCES) found.add(name);
  };
  // https://platform.openai.com/docs/api-reference/responses/create: a stored response, a conversation.
  add(request['previous_response_id']);
  add(nameOrId(request['conversation']));
  // https://ai.google.dev/api/caching
  add(request['cachedContent'] ?? request['cached_content']);
  const items = request['input'] ?? request['messages'];
  if (!Array.isArray(items)) return [...found];
  for (const item of items) {
    const entry = asRecord(item);
    const content = entry?.['content'];
    if (!Array.isArray(content)) continue;
    for (const value of content) {
      const part = asRecord(value);
      // Files of the Responses API, of Chat Completions (`file`), and of Anthropic's (`source`).
      add(
        part?.['file_id'] ?? asRecord(part?.['file'])?.['file_id'] ?? asRecord(part?.['source'])?.['file_id'],
      );
    }
  }
  return [...found];
}

function nameOrId(value: unknown): unknown {
  return asRecord(value)?.['id'] ?? value;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return value as Readonly<Record<string, unknown>>;
}
