import type { BudgetBook } from '../budget/budget-book.ts';
import { policyBudgets } from '../budget/policy-budgets.ts';
import { type Policy, policySchema } from '../policy/policy-schema.ts';
import { PolicySet } from '../policy/policy-set.ts';
import type { Clock } from '../ports/clock.ts';
import type { Registry } from '../ports/store.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** The policies that hold. Every change is stored before it takes effect; an invalid one changes nothing. */
export class PolicyAdmin {
  readonly #store: Registry;
  readonly #budgets: BudgetBook;
  readonly #inUse: { current: PolicySet };
  readonly #audit: AuditLog;
  readonly #changes: ChangeHub;
  readonly #clock: Clock;
  readonly #turns = new OneAtATime();
  #policies: readonly Policy[] = [];

  constructor(parts: {
    readonly store: Registry;
    readonly budgets: BudgetBook;
    readonly policies: { current: PolicySet };
    readonly audit: AuditLog;
    readonly changes: ChangeHub;
    readonly clock: Clock;
  }) {
    this.#store = parts.store;
    this.#budgets = parts.budgets;
    this.#inUse = parts.policies;
    this.#audit = parts.audit;
    this.#changes = parts.changes;
    this.#clock = parts.clock;
  }

  /** The policies that hold, in the order in which they were given. */
  list(): readonly Policy[] {
    return this.#policies;
  }

  /** Throws `RouterError('not_found')`. */
  get(name: string): Policy {
    const policy = this.#policies.find((entry) => entry.name === name);
    if (!policy) throw new RouterError('not_found', `There is no policy "${name}".`);
    return policy;
  }

  /** The policies as they would be with these beside the others, or in place of those of their names. */
  with(inputs: readonly unknown[]): PolicySet {
    const parsed = inputs.map((input, index) => parsePolicy(input, index));
    const names = new Set(parsed.map(({ name }) => name));
    return new PolicySet([...this.#policies.filter(({ name }) => !names.has(name)), ...parsed]);
  }

  /** Adds a policy, or replaces the one of its name. Throws `RouterError('invalid_request')`. */
  async put(name: string, input: unknown, actor: string): Promise<Policy> {
    const policy = parsePolicy(input, 0);
    if (policy.name !== name) {
      throw new RouterError('invalid_request', `The policy is called "${policy.name}", not "${name}".`);
    }
    await this.#turns.run(() => {
      const others = this.#policies.filter((entry) => entry.name !== name);
      return this.#replace([...others, policy], actor);
    });
    return policy;
  }

  /** Throws `RouterError('not_found')`. */
  async remove(name: string, actor: string): Promise<void> {
    await this.#turns.run(async () => {
      this.get(name);
      await this.#replace(
        this.#policies.filter((policy) => policy.name !== name),
        actor,
      );
    });
  }

  /** Replaces all policies. Throws `RouterError('invalid_request')`, also for two of one name. */
  set(inputs: readonly unknown[], actor: string): Promise<readonly Policy[]> {
    return this.#turns.run(async () => {
      const parsed = inputs.map((input, index) => parsePolicy(input, index));
      const names = parsed.map(({ name }) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) {
        throw new RouterError('invalid_request', `There are two policies named "${twice}".`);
      }
      await this.#replace(parsed, actor);
      return parsed;
    });
  }

  /** Takes policies into use that are stored already. */
  use(parsed: readonly Policy[]): void {
    this.#policies = parsed;
    this.#inUse.current = new PolicySet(parsed);
    this.#budgets.setOfPolicies(policyBudgets(this.#inUse.current, this.#clock.now()));
    this.#changes.emit('limits');
  }

  async #replace(parsed: readonly Policy[], actor: string): Promise<void> {
    const { before, after } = difference(this.#policies, parsed);
    await this.#store.savePolicies(parsed.map((policy) => ({ name: policy.name, policy })));
    await this.#audit.record({ actor, action: 'policies.set', target: 'policies', before, after });
    this.use(parsed);
  }
}

/** Throws `RouterError('invalid_request')` with the place and the fault. */
export function parsePolicy(input: unknown, index: number): Policy {
  const result = policySchema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'policy'}: ${issue.message}`);
  const which = nameIn(input) ?? String(index + 1);
  throw new RouterError('invalid_request', `Policy ${which} is not valid: ${faults.join('; ')}.`);
}

function nameIn(input: unknown): string | null {
  const { name } = (input ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? `"${name.slice(0, 100)}"` : null;
}

/** The policies that are not the same before and after. */
function difference(
  before: readonly Policy[],
  after: readonly Policy[],
): { readonly before: readonly Policy[]; readonly after: readonly Policy[] } {
  const old = new Set(before.map((policy) => JSON.stringify(policy)));
  const fresh = new Set(after.map((policy) => JSON.stringify(policy)));
  return {
    before: before.filter((policy) => !fresh.has(JSON.stringify(policy))),
    after: after.filter((policy) => !old.has(JSON.stringify(policy))),
  };
}
