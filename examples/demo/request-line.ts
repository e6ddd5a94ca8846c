import { formatUsd } from '../../shared/model/money.ts';
import type { AttemptTrace, Decision, Protocol, Trace } from '../../shared/model/trace.ts';
import { columns, left, paint, right, width } from './screen.ts';

const PROTOCOLS: Readonly<Record<Protocol, string>> = {
  'openai-chat': 'chat',
  'openai-completions': 'completions',
  'openai-responses': 'responses',
  'openai-embeddings': 'embeddings',
  'anthropic-messages': 'messages',
  'anthropic-count-tokens': 'count',
  'gemini-generate': 'gemini',
  'gemini-count-tokens': 'count',
  'openai-other': 'other',
  'anthropic-other': 'other',
  'gemini-other': 'other',
  'gemini-embed': 'embeddings',
};
/** Marks an answer that was streamed. */
const STREAMED = '»';

/** The name of a key, by its id. */
export type NameOf = (keyId: string) => string;

/** The head of the lines below. */
export function requestHead(): string {
  const head = cells(['#', `REQUEST (${STREAMED} streamed)`, '', 'TOOK', 'COST']);
  return paint('bold', `${head}  WHICH KEY ANSWERED, AND WHY`);
}

/** One request on one line (on two in a narrow window), from nothing but its trace. */
export function requestLine(number: number, trace: Trace, nameOf: NameOf): string {
  const call = `${PROTOCOLS[trace.protocol]}${trace.stream ? ` ${STREAMED}` : ''}`;
  const took = `${trace.endedAt - trace.startedAt} ms`;
  const line = cells([String(number), call, trace.model, took, costText(trace)]);
  const route = routeText(trace, nameOf);
  const fits = width(line) + 2 + width(route) <= columns();
  return fits ? `${line}  ${route}` : `${line}\n    ${route}`;
}

/** `openai-a 429, throttled 3 s → openai-b 200` and why the first one was tried. */
function routeText(trace: Trace, nameOf: NameOf): string {
  if (trace.attempts.length === 0) return paint('red', trace.errorCode ?? trace.outcome);
  const steps = trace.attempts.map((attempt) => attemptText(attempt, nameOf));
  const why = reason(trace, nameOf);
  return steps.join(paint('dim', ' → ')) + (why === '' ? '' : paint('dim', ` · ${why}`));
}

function cells([number = '', call = '', model = '', took = '', cost = '']: readonly string[]): string {
  return `${right(number, 2)}  ${left(`${left(call, 11)} ${model}`, 34)} ${right(took, 6)} ${right(cost, 9)}`;
}

function costText(trace: Trace): string {
  const unpriced = trace.attempts.at(-1)?.costBasis === 'unpriced';
  return unpriced ? 'no price' : formatUsd(trace.costNano);
}

function attemptText(attempt: AttemptTrace, nameOf: NameOf): string {
  const name = nameOf(attempt.keyId);
  const status = attempt.status ?? 'no answer';
  if (attempt.outcome === 'succeeded') return paint('green', `${name} ${status}`);
  if (attempt.outcome === 'aborted') return paint('yellow', `${name} caller left`);
  const wait = attempt.failure?.retryAfterMs;
  switch (attempt.failure?.class) {
    case 'rate_limited': {
      const long = wait === undefined ? '' : ` ${Math.round(wait / 1000)} s`;
      return paint('yellow', `${name} ${status} throttled${long}`);
    }
    case 'key_invalid':
      return paint('red', `${name} ${status} key refused`);
    default: {
      const what = attempt.failure?.class ?? attempt.outcome;
      return paint('yellow', `${name} ${status} ${what.replaceAll('_', ' ')}`);
    }
  }
}

/** Why the first key was tried: a few words for what the decision says at length. */
function reason({ decisions, attempts }: Trace, nameOf: NameOf): string {
  const [decision] = decisions;
  const [first] = attempts;
  if (!decision || !first) return '';
  if (first.transitions.some((change) => change.from === 'recovering')) return 'wait over, tried again';
  if (attempts.length > 1) return '';
  const out = waiting(decision, nameOf);
  if (out !== '') return out;
  if (decision.keptFor) return 'has the prompt cached';
  return decision.candidates.length === 1 ? 'only key' : 'its turn';
}

/** Keys that come back by themselves. One that is refused for good was shown when that happened. */
function waiting({ skipped, at }: Decision, nameOf: NameOf): string {
  return skipped
    .flatMap(({ keyId, until }) =>
      until === undefined ? [] : [`${nameOf(keyId)} waits ${Math.max(1, Math.ceil((until - at) / 1000))} s`],
    )
    .join(', ');
}
