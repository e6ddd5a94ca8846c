import type { ErrorCode } from '../../shared/model/reasons.ts';
import { topLevelMembers } from '../protocol/json-members.ts';

type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Parses a body, and refuses what two parsers would read differently. */
export function readJsonBody(bytes: Uint8Array): JsonBody {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const detail = error instanceof SyntaxError ? 'it does not parse' : 'it is not UTF-8';
    return { ok: false, code: 'malformed_json', message: `The request body is not valid JSON: ${detail}.` };
  }
  // Parsers disagree on which of two members counts; the one that is priced must be the one that is sent.
  const names = topLevelMembers(bytes)?.members.map((member) => member.key) ?? [];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return { ok: true, value };
  return {
    ok: false,
    code: 'duplicate_field',
    message: `The request body has "${twice.slice(0, 64)}" twice.`,
  };
}
