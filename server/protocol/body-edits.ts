import { concatBytes } from '../../shared/model/bytes.ts';
import type { BodyEdits } from '../core/ports/codec.ts';
import { type JsonMembers, topLevelMembers } from './json-members.ts';
import { asObject } from './read-json.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies edits to a JSON body that has been parsed before; every byte outside the edited values stays.
 * `outputLimits`: the members in which the protocol limits the output, the one to add first.
 */
export function editBody(
  raw: Uint8Array,
  edits: BodyEdits,
  outputLimits: readonly [string, ...string[]],
): Uint8Array {
  const found = topLevelMembers(raw);
  if (!found) return raw;
  const splices: Splice[] = [];
  if (edits.model !== undefined) {
    const member = found.members.find((entry) => entry.key === 'model');
    if (member) splices.push({ start: member.start, end: member.end, text: JSON.stringify(edits.model) });
  }
  if (edits.maxOutputTokens !== undefined) {
    splices.push(...limitSplices(found, outputLimits, edits.maxOutputTokens));
  }
  if (edits.includeUsage) splices.push(usageSplice(raw, found));
  return splice(raw, splices);
}

function limitSplices(
  { members, open }: JsonMembers,
  names: readonly [string, ...string[]],
  limit: number,
): readonly Splice[] {
  const present = members.filter((member) => names.includes(member.key));
  if (present.length > 0) return present.map(({ start, end }) => ({ start, end, text: String(limit) }));
  const comma = members.length > 0 ? ',' : '';
  return [{ start: open, end: open, text: `"${names[0]}":${limit}${comma}` }];
}

function usageSplice(raw: Uint8Array, { members, open }: JsonMembers): Splice {
  const member = members.find((entry) => entry.key === 'stream_options');
  if (!member) {
    const comma = members.length > 0 ? ',' : '';
    return { start: open, end: open, text: `"stream_options":{"include_usage":true}${comma}` };
  }
  const current = asObject(JSON.parse(decoder.decode(raw.subarray(member.start, member.end))));
  return { start: member.start, end: member.end, text: JSON.stringify({ ...current, include_usage: true }) };
}

function splice(raw: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  // Two insertions at the opening brace keep their order: the sort is stable.
  for (const { start, end, text } of [...splices].sort((a, b) => a.start - b.start)) {
    parts.push(raw.subarray(from, start), encoder.encode(text));
    from = end;
  }
  parts.push(raw.subarray(from));
  return concatBytes(parts);
}
