import { DEFAULT_OBJECTIVE, type Objective } from '../../../shared/model/objectives.ts';
import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { AttemptTrace, Decision, Refusal, RequestOutcome, Trace } from '../../../shared/model/trace.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { BudgetFacts } from '../budget/budget-scope.ts';
import type { Resolution } from '../model-names/resolution.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { TranslatedRequest } from '../ports/translator.ts';
import type { PolicyFacts } from '../policy/policy-facts.ts';
import { planRoute, type RoutePlan } from '../policy/route-plan.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import type { NotAdmitted } from './admission.ts';
import { inputBytes } from '../ports/codec.ts';
import { estimateTokens } from '../pricing/request-bounds.ts';
import type { RoutedRequest } from './routed-request.ts';

/** What gathers while one request is served; becomes its trace. */
export class RequestRun {
  readonly request: RoutedRequest;
  /** The model's name as asked for, without a pinned provider's prefix. */
  readonly model: string;
  /** The caller's own wish: for whatever the name stands for, and for fallbacks too. */
  readonly pinnedProvider: string | null;
  /** What the name stands for. */
  readonly resolution: Resolution;
  /** The caller may not use the model. */
  readonly refused: RouterFailure | null;
  readonly facts: PolicyFacts;
  readonly plan: RoutePlan;
  readonly objective: Objective;
  /** ms since the epoch; no attempt begins later. */
  readonly deadline: number;
  readonly decisions: Decision[] = [];
  readonly attempts: AttemptTrace[] = [];
  readonly edits = new Set<string>();
  readonly warnings = new Set<string>();
  /** A provider refused the reasoning in the conversation: nobody is sent it any more. */
  reasoningRefused = false;
  /** Translations that were made, by protocol, model and kind of provider: several keys may be tried with one. */
  readonly translations = new Map<string, TranslatedRequest>();
  readonly #refusals: Refusal[] = [];
  status = 0;
  outcome: RequestOutcome = 'rejected';
  errorCode: ErrorCode | null = null;

  constructor(
    request: RoutedRequest,
    resolution: Resolution,
    policies: PolicySet,
    refused: RouterFailure | null = null,
  ) {
    const { model, pinnedProvider, standsFor } = resolution;
    this.request = request;
    this.model = model;
    this.pinnedProvider = pinnedProvider ?? request.pinnedProvider;
    this.resolution = resolution;
    this.refused = refused;
    const { virtualKey, facts, receivedAt } = request;
    for (const warning of request.warnings ?? []) this.warnings.add(warning);
    const inputTokens = estimateTokens(inputBytes(request));
    this.facts = {
      virtualKey: [virtualKey.id, virtualKey.name],
      tool: virtualKey.tool,
      project: virtualKey.project,
      team: virtualKey.team,
      model,
      standsFor,
      tags: [...virtualKey.tags, ...request.tags],
      inputTokens,
      hasTools: facts.hasTools,
      streaming: facts.stream,
      at: receivedAt,
    };
    this.plan = planRoute(policies.forRequest(this.facts), model, inputTokens);
    this.objective =
      request.objective ??
      virtualKey.objective ??
      resolution.objective ??
      this.plan.objective ??
      DEFAULT_OBJECTIVE;
    const limit = Math.min(request.deadlineMs ?? Infinity, this.plan.deadlineMs ?? Infinity);
    this.deadline = receivedAt + limit;
  }

  /** Names of the reasoning in the conversation that only the account that made it can read. */
  get signatures(): readonly string[] {
    return this.request.facts.signed.bound;
  }

  /** Names of what only the account that made it may be asked for. */
  get references(): readonly string[] {
    const { references = [], facts } = this.request;
    const { bound, needed } = facts.signed;
    return [...references, ...needed, ...(this.plan.keepReasoning ? bound : [])];
  }

  /** A budget or quota left a candidate out, after it was chosen. */
  refuse(candidate: RouteCandidate, by: NotAdmitted): void {
    const { keyId, model } = candidate;
    const { code, message } = by.failure;
    this.#refusals.push({ keyId, model, code, message });
  }

  /** What budgets look at of an attempt with a key. */
  budgetFacts({ key, model, via }: Pick<RouteCandidate, 'key' | 'model' | 'via'>): BudgetFacts {
    const { virtualKey, team, project, tool } = this.facts;
    const { conversation } = this.request.facts;
    return {
      provider: key.provider.id,
      model,
      via,
      key: key.facts.key,
      virtualKey,
      team,
      project,
      tool,
      conversation,
    };
  }

  trace(endedAt: number): Trace {
    const { request } = this;
    const { virtualKey, facts } = request;
    const usage = this.attempts.findLast((attempt) => attempt.usage)?.usage;
    return {
      requestId: request.id,
      ...(request.clientRequestId === undefined ? {} : { clientRequestId: request.clientRequestId }),
      ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
      startedAt: request.receivedAt,
      endedAt,
      caller: {
        virtualKeyId: virtualKey.id,
        name: virtualKey.name,
        ...(virtualKey.team === null ? {} : { team: virtualKey.team }),
        ...(virtualKey.project === null ? {} : { project: virtualKey.project }),
        ...(virtualKey.tool === null ? {} : { tool: virtualKey.tool }),
        tags: this.facts.tags,
      },
      protocol: request.codec.protocol,
      ...(request.target ? { target: `${request.target.method} ${request.target.path}` } : {}),
      model: facts.model,
      stream: facts.stream,
      status: this.status,
      outcome: this.outcome,
      ...(this.errorCode === null ? {} : { errorCode: this.errorCode }),
      decisions: this.decisions,
      attempts: this.attempts,
      costNano: this.attempts.reduce((sum, attempt) => sum + attempt.costNano, 0),
      ...withUsage(usage),
      ...(facts.conversation === null ? {} : { conversation: facts.conversation }),
      ...(this.#refusals.length > 0 ? { refusals: this.#refusals } : {}),
      edits: [...this.edits],
      warnings: [...this.warnings],
    };
  }
}

function withUsage(usage: TokenUsage | undefined): { readonly usage?: TokenUsage } {
  return usage ? { usage } : {};
}
