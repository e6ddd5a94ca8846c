import { matchesPattern } from '../name-pattern.ts';
import type { RuleCondition } from './rule-schemas.ts';
import type { PolicyScope } from './policy-schema.ts';

/** What policies may look at of a request. */
export interface PolicyFacts {
  /** Id and name of the caller's virtual key. */
  readonly virtualKey: readonly string[];
  readonly tool: string | null;
  readonly project: string | null;
  readonly team: string | null;
  /** As asked for. */
  readonly model: string;
  /** The models, and names of models, that are meant by it, where it is not one itself. */
  readonly standsFor: readonly string[];
  readonly tags: readonly string[];
  /** Estimated input tokens. */
  readonly inputTokens: number;
  readonly hasTools: boolean;
  readonly streaming: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What policies may look at of a key. */
export interface KeyFacts {
  /** Id and name. */
  readonly key: readonly string[];
  readonly provider: string;
  readonly region?: string;
  readonly tier?: string;
  readonly tags: readonly string[];
}

/** Whether a scope's fields about the request match; those about keys are looked at for each candidate. */
export function matchesRequest(scope: PolicyScope, facts: PolicyFacts): boolean {
  return (
    (scope.virtual_key === undefined || facts.virtualKey.includes(scope.virtual_key)) &&
    (scope.tool === undefined || scope.tool === facts.tool) &&
    (scope.project === undefined || scope.project === facts.project) &&
    (scope.team === undefined || scope.team === facts.team) &&
    (scope.model === undefined || matchesModel(scope.model, facts.model, facts.standsFor))
  );
}

/** A scope's model is the name asked for, or any that it stands for. */
export function matchesModel(pattern: string, model: string, others: readonly string[]): boolean {
  return matchesPattern(pattern, model) || others.some((other) => matchesPattern(pattern, other));
}

/** Whether a scope's fields about keys match this one. */
export function matchesKey(scope: PolicyScope, key: KeyFacts): boolean {
  return (
    (scope.key === undefined || key.key.includes(scope.key)) &&
    (scope.provider === undefined || scope.provider === key.provider)
  );
}

/** Whether a rule's condition holds for a request. */
export function holds(condition: RuleCondition | undefined, facts: PolicyFacts): boolean {
  if (!condition) return true;
  const { max_input_tokens: most, min_input_tokens: least, has_tools, streaming, tags } = condition;
  return (
    (most === undefined || facts.inputTokens <= most) &&
    (least === undefined || facts.inputTokens >= least) &&
    (has_tools === undefined || has_tools === facts.hasTools) &&
    (streaming === undefined || streaming === facts.streaming) &&
    (tags === undefined || tags.some((tag) => facts.tags.includes(tag))) &&
    holdsNow(condition, facts.at)
  );
}

function holdsNow({ days, from, to, time_zone }: RuleCondition, at: number): boolean {
  if (days === undefined && from === undefined && to === undefined) return true;
  const local = localTime(at, time_zone);
  if (days !== undefined && !days.some((day) => day === local.day)) return false;
  const start = from ?? '00:00';
  const end = to ?? '24:00';
  return start <= end ? local.time >= start && local.time < end : local.time >= start || local.time < end;
}

/** Weekday and time of day; formatters are dear to make, so they are kept. */
function localTime(
  at: number,
  timeZone: string | undefined,
): { readonly day: string; readonly time: string } {
  const name = timeZone ?? '';
  let format = FORMATS.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    FORMATS.set(name, format);
  }
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
  return {
    day: (parts.get('weekday') ?? '').toLowerCase(),
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
