import { topLevelMembers } from './json-members.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A JSON object without some of its top-level members, and with others at its end unless it has them. The bytes of
 * the values that stay are the caller's. The body must have been parsed before.
 */
export function changeMembers(
  raw: Uint8Array,
  without: readonly string[],
  added: Readonly<Record<string, unknown>>,
): Uint8Array {
  const found = topLevelMembers(raw);
  if (!found) return raw;
  const kept = found.members.filter(({ key }) => !without.includes(key));
  const parts = kept.map(
    ({ key, start, end }) => `${JSON.stringify(key)}:${decoder.decode(raw.subarray(start, end))}`,
  );
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined || kept.some((member) => member.key === key)) continue;
    parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  }
  return encoder.encode(`{${parts.join(',')}}`);
}

/** Whether a JSON object has a top-level member of that name. */
export function hasMember(raw: Uint8Array, name: string): boolean {
  return topLevelMembers(raw)?.members.some(({ key }) => key === name) ?? false;
}
