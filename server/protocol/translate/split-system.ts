import type { Dialogue, Part, TextPart, Turn } from './dialogue.ts';

/** Takes the instructions at the beginning out of a list of messages; those in the middle stay where they are. */
export function splitSystem(turns: readonly Turn[]): Pick<Dialogue, 'system' | 'turns'> {
  const first = turns.findIndex(({ role }) => role !== 'system');
  const leading = first === -1 ? turns : turns.slice(0, first);
  const isText = (part: Part): part is TextPart => part.type === 'text';
  return {
    system: leading.flatMap(({ parts }) => parts.filter(isText)),
    turns: mergeTurns(first === -1 ? [] : turns.slice(first)),
  };
}

/** Turns of one side that follow each other become one: the neutral form, and what most protocols ask for. */
export function mergeTurns(turns: readonly Turn[]): readonly Turn[] {
  const merged: Turn[] = [];
  for (const turn of behindResults(turns)) {
    const last = merged.at(-1);
    if (last?.role === turn.role) merged[merged.length - 1] = joinTurns(last, turn);
    else merged.push(turn);
  }
  return merged;
}

/** Parts of the user's turn as the model has to see them: what its calls came to, then what the user says. */
export function resultsFirst(parts: readonly Part[]): readonly Part[] {
  const isResult = ({ type }: Part): boolean => type === 'tool_result';
  return [...parts.filter(isResult), ...parts.filter((part) => !isResult(part))];
}

function joinTurns(first: Turn, second: Turn): Turn {
  return { role: first.role, parts: [...first.parts, ...second.parts] };
}

/** Every protocol wants results right behind their calls: instructions between the two go behind the results. */
function behindResults(turns: readonly Turn[]): readonly Turn[] {
  const ordered: Turn[] = [];
  const held: Turn[] = [];
  const open = new Set<string>();
  for (const turn of turns) {
    if (turn.role === 'system' && open.size > 0) {
      held.push(turn);
      continue;
    }
    if (turn.role === 'assistant') ordered.push(...held.splice(0));
    ordered.push(turn);
    for (const part of turn.parts) {
      if (part.type === 'tool_call') open.add(part.id);
      if (part.type === 'tool_result') open.delete(part.callId);
    }
    if (open.size === 0) ordered.push(...held.splice(0));
  }
  return [...ordered, ...held];
}
