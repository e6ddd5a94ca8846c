/** The sentence of an error, for people and for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
