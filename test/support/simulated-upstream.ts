import type { Clock } from '../../server/core/ports/clock.ts';
import type {
  Upstream,
  UpstreamCall,
  UpstreamFailureCode,
  UpstreamHandler,
  UpstreamRequest,
} from '../../server/core/ports/upstream.ts';
import { totalInput, type TokenUsage } from '../../shared/model/usage.ts';

/** A request at the upstream port. */
export interface SentRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  /** The credential. */
  readonly secret: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The body's size in bytes. */
  readonly bytes: number;
  readonly at: number;
}

/** How a simulated account answers one request. */
export interface SimulatedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The JSON of the answer; a chat completion of the usage if left out. */
  readonly body?: object;
  readonly usage?: TokenUsage;
  /** ms until the answer comes, by the clock; at once if left out. */
  readonly afterMs?: number;
  /** Nothing comes but this failure. */
  readonly fails?: UpstreamFailureCode;
  /** The answer breaks off in the middle of its body. */
  readonly breaksOff?: boolean;
}

/** One request with what its provider bills for it. */
export interface Bill {
  readonly request: SentRequest;
  /** `null`: nothing. A request that is given up is billed as if it had been answered. */
  readonly usage: TokenUsage | null;
}

/**
 * Accounts behind the upstream port, without sockets: for tests of thousands of requests and of time that stands still.
 * Answers have the shape of https://platform.openai.com/docs/api-reference/chat/object.
 */
export class SimulatedUpstream implements Upstream {
  readonly bills: Bill[] = [];
  readonly #clock: Clock;
  readonly #answer: (request: SentRequest) => SimulatedAnswer;

  constructor(clock: Clock, answer: (request: SentRequest) => SimulatedAnswer) {
    this.#clock = clock;
    this.#answer = answer;
  }

  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const sent = read(request, this.#clock.now());
    const answer = this.#answer(sent);
    const { status = 200, fails, afterMs } = answer;
    const billed = status < 300 && (fails === undefined || fails === 'reset');
    this.bills.push({ request: sent, usage: billed ? (answer.usage ?? null) : null });
    let gone = false;
    const reply = (): void => {
      if (gone) return;
      if (fails) {
        handler.onFailure({ code: fails, message: `simulated: ${fails}` });
        return;
      }
      const { usage } = answer;
      const body =
        answer.body ?? (status < 300 ? completion(sent, usage) : { error: { message: 'simulated' } });
      handler.onHead(status, { 'content-type': 'application/json', ...answer.headers });
      const text = JSON.stringify(body);
      handler.onData(Buffer.from(answer.breaksOff ? text.slice(0, text.length / 2) : text));
      if (answer.breaksOff) handler.onFailure({ code: 'reset', message: 'simulated: broken off' });
      else handler.onEnd();
    };
    const cancel = afterMs === undefined ? undefined : this.#clock.after(afterMs, reply);
    if (!cancel) queueMicrotask(reply);
    return {
      resume: () => undefined,
      abort: () => {
        gone = true;
        cancel?.();
      },
    };
  }

  async close(): Promise<void> {}
}

function read(request: UpstreamRequest, at: number): SentRequest {
  const { origin, path, headers, body } = request;
  // A listing or a price book is asked for without a body.
  const text = new TextDecoder().decode(body ?? new Uint8Array()) || '{}';
  return {
    origin,
    path,
    secret: (headers['authorization'] ?? '').replace('Bearer ', ''),
    body: JSON.parse(text) as Record<string, unknown>,
    bytes: body?.length ?? 0,
    at,
  };
}

function completion({ body }: SentRequest, usage: TokenUsage | undefined): object {
  const message = { role: 'assistant', content: 'Hello.' };
  return {
    id: 'chatcmpl-simulated',
    object: 'chat.completion',
    created: 1_763_900_000,
    model: body['model'],
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    ...(usage
      ? {
          usage: {
            prompt_tokens: totalInput(usage),
            completion_tokens: usage.outputTokens,
            total_tokens: totalInput(usage) + usage.outputTokens,
            prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
          },
        }
      : {}),
  };
}
