import { parsePolicy } from '../core/admin/limits-admin.ts';
import type { Core } from '../core/open-core.ts';
import type { Policy } from '../core/policy/policy-schema.ts';
import type { Store } from '../core/ports/store.ts';
import type { PolicyConfiguration } from './api.ts';
import { snakeKeys } from './camel-case.ts';

/** A router's policies, those that its store brought along included. Changes are made one after another. */
export class PolicyList {
  readonly #core: Promise<Core>;
  readonly #actor: string;
  #current: Promise<readonly Policy[]>;

  constructor(core: Promise<Core>, store: Store, actor: string) {
    this.#core = core;
    this.#actor = actor;
    this.#current = core
      .then(() => store.loadRegistry())
      .then(({ policies }) => policies.map(({ policy }, index) => parsePolicy(policy, index)));
    // Whoever asks for them is told; nobody else must be warned of an unhandled rejection.
    this.#current.catch(() => undefined);
  }

  /** In the order in which they were configured. */
  all(): Promise<readonly Policy[]> {
    return this.#current;
  }

  /** The list with a policy added, or put in the place of the one of its name, at the end. Keeps nothing. */
  async with(policy: PolicyConfiguration): Promise<readonly Policy[]> {
    return withPolicy(await this.#current, policy);
  }

  /** Throws `RouterError('invalid_request')`, and leaves all as they are, if it is not valid. */
  async set(policy: PolicyConfiguration): Promise<void> {
    await this.#change((policies) => withPolicy(policies, policy));
  }

  async remove(name: string): Promise<void> {
    await this.#change((policies) => policies.filter((policy) => policy.name !== name));
  }

  async #change(edit: (policies: readonly Policy[]) => readonly Policy[]): Promise<void> {
    const before = this.#current;
    const changed = before.then(async (policies) =>
      (await this.#core).limits.setPolicies(edit(policies), this.#actor),
    );
    this.#current = changed.catch(() => before);
    this.#current.catch(() => undefined);
    await changed;
  }
}

function withPolicy(policies: readonly Policy[], policy: PolicyConfiguration): readonly Policy[] {
  const others = policies.filter(({ name }) => name !== policy.name);
  return [...others, parsePolicy(snakeKeys(policy), others.length)];
}
