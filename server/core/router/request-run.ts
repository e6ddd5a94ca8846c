import type { Decision, AttemptTrace, RequestOutcome, Trace } from '../../../shared/model/trace.ts';
import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { RoutedRequest } from './routed-request.ts';

/** What gathers while one request is served; becomes its trace. */
export class RequestRun {
  readonly request: RoutedRequest;
  /** The model's name as sent to providers: without a pinned provider's prefix. */
  readonly model: string;
  readonly pinnedProvider: string | null;
  readonly decisions: Decision[] = [];
  readonly attempts: AttemptTrace[] = [];
  readonly edits = new Set<string>();
  readonly warnings: string[] = [];
  status = 0;
  outcome: RequestOutcome = 'rejected';
  errorCode: ErrorCode | null = null;

  constructor(request: RoutedRequest, model: string, pinnedProvider: string | null) {
    this.request = request;
    this.model = model;
    this.pinnedProvider = pinnedProvider;
  }

  trace(endedAt: number): Trace {
    const { request } = this;
    const { virtualKey, facts } = request;
    const usage = this.attempts.findLast((attempt) => attempt.usage)?.usage;
    return {
      requestId: request.id,
      startedAt: request.receivedAt,
      endedAt,
      caller: {
        virtualKeyId: virtualKey.id,
        name: virtualKey.name,
        ...(virtualKey.team === null ? {} : { team: virtualKey.team }),
        ...(virtualKey.project === null ? {} : { project: virtualKey.project }),
        ...(virtualKey.tool === null ? {} : { tool: virtualKey.tool }),
        tags: virtualKey.tags,
      },
      protocol: request.codec.protocol,
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
      edits: [...this.edits],
      warnings: this.warnings,
    };
  }
}

function withUsage(usage: TokenUsage | undefined): { readonly usage?: TokenUsage } {
  return usage ? { usage } : {};
}
