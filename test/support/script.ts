import type { TokenUsage } from '../../shared/model/usage.ts';
import type { ReceivedRequest } from './received-request.ts';

/**
 * One thing that a scripted answer does, in order. `reset` breaks the connection (TCP RST), `cut` closes it
 * without ending the HTTP body, `stall` does nothing until the client leaves.
 */
export type Step =
  | { readonly do: 'write'; readonly bytes: Uint8Array; readonly outputTokens?: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'until'; readonly promise: Promise<unknown> }
  | { readonly do: 'head' }
  | { readonly do: 'reset' }
  | { readonly do: 'cut' }
  | { readonly do: 'stall' };

/** An answer: the head goes out with the first `head` or `write` step, or at the end. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /**
   * What the provider bills if the answer is completed; absent for answers that cost nothing. An answer that
   * breaks off bills its input and the output tokens of the pieces written by then.
   */
  readonly bills?: TokenUsage;
}

/** An answer, or one worked out from the request. */
export type Script = Reply | ((request: ReceivedRequest) => Reply);

/** A JSON answer. */
export function jsonReply(
  status: number,
  body: unknown,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly bills?: TokenUsage } = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...more.headers },
    steps: [write(JSON.stringify(body))],
    ...(more.bills ? { bills: more.bills } : {}),
  };
}

/** Writes one piece. */
export function write(text: string | Uint8Array, outputTokens?: number): Step {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return outputTokens === undefined ? { do: 'write', bytes } : { do: 'write', bytes, outputTokens };
}

/** Adds or replaces headers. */
export function withHeaders(script: Script, headers: Readonly<Record<string, string>>): Script {
  return change(script, (reply) => ({ ...reply, headers: { ...reply.headers, ...headers } }));
}

/** Puts steps before everything else: a delay before the head, or `head` and then a delay. */
export function startingWith(script: Script, ...steps: readonly Step[]): Script {
  return change(script, (reply) => ({ ...reply, steps: [...steps, ...reply.steps] }));
}

/** Waits between the pieces of the body. */
export function paced(script: Script, ms: number): Script {
  return change(script, (reply) => ({
    ...reply,
    steps: reply.steps.flatMap((step, index) =>
      index > 0 && step.do === 'write' ? [{ do: 'wait', ms } as const, step] : [step],
    ),
  }));
}

/** Writes the body in pieces of so many bytes, whatever stands there: also inside a character or an event. */
export function sliced(script: Script, bytesEach: number): Script {
  return change(script, (reply) => ({
    ...reply,
    steps: reply.steps.flatMap((step) => (step.do === 'write' ? slice(step, bytesEach) : [step])),
  }));
}

/**
 * Does something else after so many bytes of the body: `reset`, `cut` and `stall` break off, no step at all
 * ends the HTTP body properly, as proxies do when what they relay has died.
 */
export function after(script: Script, bytes: number, ...then: readonly Step[]): Script {
  return change(script, (reply) => {
    const steps: Step[] = [];
    let left = bytes;
    for (const step of reply.steps) {
      if (step.do === 'write' && step.bytes.length >= left) {
        if (left > 0) steps.push({ do: 'write', bytes: step.bytes.subarray(0, left) });
        return { ...reply, steps: [...steps, ...then] };
      }
      if (step.do === 'write') left -= step.bytes.length;
      steps.push(step);
    }
    throw new Error(`The answer has fewer than ${bytes} bytes`);
  });
}

function change(script: Script, edit: (reply: Reply) => Reply): Script {
  return typeof script === 'function' ? (request) => edit(script(request)) : edit(script);
}

function slice(step: Extract<Step, { readonly do: 'write' }>, bytesEach: number): Step[] {
  const pieces: Step[] = [];
  for (let start = 0; start < step.bytes.length; start += bytesEach) {
    const bytes = step.bytes.subarray(start, start + bytesEach);
    // The tokens of a piece count once all of it is out.
    const last = start + bytesEach >= step.bytes.length;
    pieces.push(last ? { ...step, bytes } : { do: 'write', bytes });
  }
  return pieces;
}
