import { asObject, asText } from './read-json.ts';

/** An error that a provider reports inside an answer of status 200. */
export interface ReportedError {
  readonly message: string;
  /** Its code, a word or a status (OpenRouter), else its type. */
  readonly type: string | null;
}

/** An error event that can't be read is an error all the same. */
export const UNREADABLE: ReportedError = { message: 'The provider reported an error.', type: null };

/** Reads an error object; `null` if the value is none. */
export function reportedError(value: unknown): ReportedError | null {
  const error = asObject(value);
  if (!error) return null;
  const code = error['code'];
  return {
    message: asText(error['message']) ?? UNREADABLE.message,
    type: asText(code) ?? (typeof code === 'number' ? String(code) : asText(error['type'])),
  };
}
