import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { NanoUsd } from '../../../shared/model/money.ts';
import type { BudgetRefusal } from '../budget/budget-alerts.ts';
import { type BudgetBook, budgetHold, budgetIdOf } from '../budget/budget-book.ts';
import type { WaitQueue } from '../budget/wait-queue.ts';
import { holdsFor } from '../ledger/holds.ts';
import type { Clock } from '../ports/clock.ts';
import { inputBytes, type RouterFailure } from '../ports/codec.ts';
import type { Admission as Verdict, Hold, Store } from '../ports/store.ts';
import { boundCost, type CostBounds } from '../pricing/request-bounds.ts';
import type { QuotaBook } from '../quota/quota-book.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import type { CallerChannel } from './caller-channel.ts';
import { deniedFailure } from './denied.ts';
import type { RequestRun } from './request-run.ts';

/** An attempt that may be sent, with what it holds. */
export interface Admitted {
  readonly ok: true;
  readonly bounds: CostBounds;
  /** The limit of the output that it was admitted with, where that is not the request's own. */
  readonly outputLimit: number | null;
  readonly holds: readonly Hold[];
  readonly budgets: readonly BudgetRecord[];
}

/** Nothing is sent. */
export interface NotAdmitted {
  readonly ok: false;
  /** `budget`, `quota`: another key may fit. `downgrade`: another model may. `final`: nothing helps. */
  readonly kind: 'budget' | 'quota' | 'downgrade' | 'unbounded' | 'untranslatable' | 'gone' | 'final';
  readonly failure: RouterFailure;
  /** For `downgrade`. */
  readonly model?: string;
  /** Whose limit it was, if it was a budget's. */
  readonly refusal?: BudgetRefusal;
}

export interface AdmissionParts {
  readonly store: Store;
  readonly budgets: BudgetBook;
  readonly quotas: QuotaBook;
  readonly waits: WaitQueue;
  readonly clock: Clock;
}

/** How long a request waits for money that running ones hold, ms. */
const MAX_WAIT_MS = 30_000;
/** An answer shorter than this is of no use to anybody. */
const MIN_OUTPUT_TOKENS = 16;
/** The limit that is set where a policy says to set one but not which. */
const INJECTED_LIMIT = 4096;
const MAX_CLAMPS = 5;

interface Wish {
  readonly run: RequestRun;
  readonly candidate: RouteCandidate;
  readonly attemptId: string;
  readonly budgets: readonly BudgetRecord[];
}

/**
 * Reserves an attempt's worst case on every budget and quota that applies, all or nothing, and does what a budget
 * says where that does not fit: waits, shortens the answer, names another model, or refuses.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  async admit(
    run: RequestRun,
    candidate: RouteCandidate,
    attemptId: string,
    channel: CallerChannel,
  ): Promise<Admitted | NotAdmitted> {
    const { clock, waits, budgets: book } = this.#parts;
    const budgets = book.matching(run.budgetFacts(candidate), run.facts);
    const wish: Wish = { run, candidate, attemptId, budgets };
    let limit = injectedLimit(run, candidate);
    if (limit === 'reject') return unbounded(candidate);
    const waitEnd = Math.min(clock.now() + MAX_WAIT_MS, run.deadline);
    const places = new Map<string, ReturnType<WaitQueue['enter']>>();
    let clamps = 0;
    try {
      for (;;) {
        const { verdict, admitted } = await this.#reserve(wish, limit);
        if (verdict.ok) return admitted;
        const failure = deniedFailure(verdict, budgetOf(verdict, budgets));
        if (verdict.code === 'unavailable') return { ok: false, kind: 'final', failure };
        const { subject } = verdict.counter;
        if (subject.startsWith('quota:')) return { ok: false, kind: 'quota', failure };
        const budget = budgetOf(verdict, budgets);
        const steps = budget?.onInsufficient ?? [];
        const by = budget ? { refusal: refusalOf(budget, verdict, run, clock.now()) } : {};
        const delayMs = waitEnd - clock.now();
        if (steps.includes('wait') && verdict.held > 0 && delayMs > 0) {
          let place = places.get(subject);
          if (!place) places.set(subject, (place = waits.enter(subject)));
          const end = await place.wait(delayMs, (listener) => channel.onGone(listener));
          if (end === 'gone') return { ok: false, kind: 'gone', failure };
          continue;
        }
        if (steps.includes('clamp_output') && clamps < MAX_CLAMPS) {
          clamps++;
          const left = verdict.limit - verdict.spent - verdict.held;
          const shorter = affordable(candidate, left, limit);
          if (shorter !== null) {
            limit = shorter;
            continue;
          }
        }
        if (
          steps.includes('downgrade_model') &&
          budget?.downgradeTo &&
          budget.downgradeTo !== candidate.model
        ) {
          return { ok: false, kind: 'downgrade', failure, model: budget.downgradeTo, ...by };
        }
        return { ok: false, kind: 'budget', failure, ...by };
      }
    } finally {
      for (const place of places.values()) place.leave();
    }
  }

  async #reserve(
    wish: Wish,
    limit: number | null,
  ): Promise<{ readonly verdict: Verdict; readonly admitted: Admitted }> {
    const { store, clock } = this.#parts;
    const { run, candidate, attemptId, budgets } = wish;
    const { form, price } = candidate;
    const at = clock.now();
    const facts = limit === null ? form.facts : { ...form.facts, maxOutputTokens: limit };
    // What has no limit of output may be a picture or sound.
    const content = form.codec.outputLimit === 'none' ? 'media' : 'text';
    const bounds = boundCost(price, facts, inputBytes(form), content);
    const holds = this.#holds(wish, bounds.worstNano, facts.maxOutputTokens, at);
    const [verdict] = await store.reserveMany([
      {
        attemptId,
        requestId: run.request.id,
        keyId: candidate.key.record.id,
        providerId: candidate.key.provider.id,
        virtualKeyId: run.request.virtualKey.id,
        model: candidate.model,
        at,
        attribution: {
          team: run.facts.team,
          project: run.facts.project,
          tool: run.facts.tool,
          tags: run.facts.tags,
          conversation: run.request.facts.conversation,
        },
        amountNano: bounds.worstNano,
        holds,
      },
    ]);
    return {
      verdict: verdict ?? { ok: false, code: 'unavailable', message: 'the store gave no answer' },
      admitted: { ok: true, bounds, outputLimit: limit, holds, budgets },
    };
  }

  #holds(wish: Wish, worstNano: NanoUsd, outputLimit: number | null, at: number): readonly Hold[] {
    const { run, candidate, budgets } = wish;
    const { virtualKey, facts } = run.request;
    const { key, family, form } = candidate;
    const holds = [...holdsFor({ keyId: key.record.id, virtualKey, amountNano: worstNano, at })];
    for (const budget of budgets) holds.push(budgetHold(budget, facts.conversation, worstNano, at));
    const tokens = candidate.tokens;
    holds.push(
      ...this.#parts.quotas.holds(key, family, {
        inputTokens: tokens?.inputTokens.high ?? inputBytes(form),
        outputTokens: outputLimit ?? tokens?.outputTokens.high ?? 0,
        costNano: worstNano,
        at,
      }),
    );
    return holds;
  }
}

/** The limit that a policy sets on requests without one; `null`: the request's own stands. */
function injectedLimit(run: RequestRun, { form, price }: RouteCandidate): number | null | 'reject' {
  const { unbounded: rule } = run.plan;
  if (!rule || rule.mode === 'allow' || form.facts.maxOutputTokens !== null) return null;
  const { billed, cost, outputLimit } = form.codec;
  // There is no limit that could be set.
  if (outputLimit === 'none' && billed && (price || cost === 'deferred')) return 'reject';
  if (!price) return null;
  if (rule.mode === 'reject') return 'reject';
  return rule.outputLimit ?? INJECTED_LIMIT;
}

/** The longest answer whose worst case fits into what is left; `null`: none of use. */
function affordable(candidate: RouteCandidate, leftNano: NanoUsd, limit: number | null): number | null {
  const { price, form } = candidate;
  if (!price || form.facts.maxOutputTokens === 0 || form.codec.outputLimit === 'none') return null;
  const worst = (output: number): NanoUsd =>
    boundCost(price, { ...form.facts, maxOutputTokens: output }, inputBytes(form)).worstNano;
  let low = 0;
  let high = limit ?? form.facts.maxOutputTokens ?? price.contextWindow ?? 1_000_000;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (worst(middle) <= leftNano) low = middle;
    else high = middle - 1;
  }
  return low >= MIN_OUTPUT_TOKENS && worst(low) <= leftNano ? low : null;
}

function budgetOf(
  verdict: Extract<Verdict, { ok: false }>,
  budgets: readonly BudgetRecord[],
): BudgetRecord | undefined {
  if (verdict.code !== 'insufficient') return undefined;
  const id = budgetIdOf(verdict.counter.subject);
  return budgets.find((budget) => budget.id === id);
}

function refusalOf(
  budget: BudgetRecord,
  { spent, held, limit }: Extract<Verdict, { code: 'insufficient' }>,
  run: RequestRun,
  at: number,
): BudgetRefusal {
  const { conversation } = run.request.facts;
  return { budget, conversation, spentNano: spent, heldNano: held, limitNano: limit, at };
}

function unbounded({ model, form }: RouteCandidate): NotAdmitted {
  const message =
    form.codec.outputLimit === 'none'
      ? 'A policy refuses requests whose cost has no bound, and nothing in requests of this kind can bound it. A policy with "on_unbounded: allow" for this caller would let it pass.'
      : `A policy refuses requests whose cost has no bound, and this one for ${model} has no output limit. Set one (max_tokens, max_output_tokens).`;
  return {
    ok: false,
    kind: 'unbounded',
    failure: { code: 'policy_forbids', status: 403, message, final: true },
  };
}
