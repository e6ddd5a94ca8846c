import type { Objective } from '../../../shared/model/objectives.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { DryRunView } from '../../../shared/model/views.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { Clock } from '../ports/clock.ts';
import type { Codec } from '../ports/codec.ts';
import type { Random } from '../ports/random.ts';
import { boundCost } from '../pricing/request-bounds.ts';
import { modelUnknown, noneEligible } from '../router/no-candidate.ts';
import type { RoutedRequest } from '../router/routed-request.ts';
import type { Router } from '../router/router.ts';
import { explain } from '../routing/explain.ts';
import type { BudgetAdmin } from './budget-admin.ts';
import type { PolicyAdmin } from './policy-admin.ts';
import type { VirtualKeys } from './virtual-keys.ts';

/** A request that is only thought of. */
export interface DryRunInput {
  readonly model: string;
  /** Id or name of the virtual key that would be presented; none: a caller without limits. */
  readonly virtualKey?: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tags?: readonly string[];
  readonly conversation?: string;
  readonly inputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly hasTools?: boolean;
  readonly stream?: boolean;
  readonly objective?: Objective;
  /** A pinned provider. */
  readonly provider?: string;
  /** Tried beside those that hold, or in place of those of their names. */
  readonly policies?: readonly unknown[];
}

const BYTES_PER_TOKEN = 4;
const DEFAULT_INPUT_TOKENS = 1000;

/** The choice that a request would get now: nothing is reserved or sent. */
export class DryRun {
  readonly #router: Router;
  readonly #pool: KeyPool;
  readonly #virtualKeys: VirtualKeys;
  readonly #budgets: BudgetAdmin;
  readonly #policies: PolicyAdmin;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(parts: {
    readonly router: Router;
    readonly pool: KeyPool;
    readonly virtualKeys: VirtualKeys;
    readonly budgets: BudgetAdmin;
    readonly policies: PolicyAdmin;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#router = parts.router;
    this.#pool = parts.pool;
    this.#virtualKeys = parts.virtualKeys;
    this.#budgets = parts.budgets;
    this.#policies = parts.policies;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** Throws `RouterError`: `not_found` (virtual key), `invalid_request` (policy). */
  async run(input: DryRunInput, codec: Codec): Promise<DryRunView> {
    const request = this.#request(input, codec);
    const policies = input.policies && this.#policies.with(input.policies);
    const { run, decision, order, known } = this.#router.preview(request, policies);
    const nameOf = (id: string): string => this.#pool.nameOf(id);
    const chosen = run.refused ? undefined : order[0];
    const shown = { ...decision, explanation: explain(decision, nameOf) };
    const common = { decision: shown, models: run.plan.models };
    if (!chosen) {
      const none = known
        ? noneEligible(decision.model, decision.skipped, decision.at, nameOf)
        : modelUnknown(this.#pool, run.resolution, codec.protocol, run.pinnedProvider);
      const { code, message } = run.refused ?? none;
      return { ...common, chosen: null, cost: null, budgets: [], refusal: { code, message } };
    }
    const { keyId, providerId, model, price, estimate, form } = chosen;
    const { worstNano, bounded } = boundCost(price, form.facts, form.raw.length);
    const { records, remaining } = await this.#budgets.remainingFor(run, chosen);
    return {
      ...common,
      chosen: { keyId, keyName: nameOf(keyId), providerId, model },
      cost: { expectedNano: estimate?.expectedNano ?? null, worstNano: price ? worstNano : null, bounded },
      budgets: records.map(({ id, name }, index) => {
        const leftNano = remaining[index]?.leftNano ?? null;
        return { id, name, leftNano, fits: leftNano === null || worstNano <= leftNano };
      }),
      refusal: null,
    };
  }

  #request(input: DryRunInput, codec: Codec): RoutedRequest {
    const { model, conversation, maxOutputTokens, objective, provider, tags } = input;
    const now = this.#clock.now();
    const facts = {
      model,
      stream: input.stream ?? false,
      maxOutputTokens: maxOutputTokens ?? null,
      hasTools: input.hasTools ?? false,
      answers: 1,
      conversation: conversation ?? null,
      lacksUsageChunk: false,
      signed: { bound: [], needed: [], sealed: false },
    };
    return {
      id: this.#random.id('dry'),
      receivedAt: now,
      virtualKey: this.#caller(input, now),
      codec,
      facts,
      raw: new Uint8Array((input.inputTokens ?? DEFAULT_INPUT_TOKENS) * BYTES_PER_TOKEN),
      headers: {},
      query: '',
      pinnedProvider: provider ?? null,
      objective: objective ?? null,
      tags: tags ?? [],
      deadlineMs: null,
    };
  }

  #caller({ virtualKey, team, project, tool }: DryRunInput, createdAt: number): VirtualKeyRecord {
    const record = virtualKey === undefined ? nobody(createdAt) : this.#virtualKeys.find(virtualKey);
    return {
      ...record,
      ...(team === undefined ? {} : { team }),
      ...(project === undefined ? {} : { project }),
      ...(tool === undefined ? {} : { tool }),
    };
  }
}

function nobody(createdAt: number): VirtualKeyRecord {
  const unset = { team: null, project: null, tool: null, limitNano: null, objective: null };
  const ends = { expiresAt: null, revokedAt: null };
  return {
    id: 'dry-run',
    name: 'dry run',
    digest: '',
    hint: '',
    tags: [],
    limitWindow: 'day',
    createdAt,
    ...unset,
    ...ends,
  };
}
