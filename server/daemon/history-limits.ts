const DAY_MS = 24 * 3_600_000;

/** How long, and how large at most, the history of requests is kept. */
export interface HistoryLimits {
  readonly ageMs: number;
  /** Of the whole database. */
  readonly mostBytes: number;
}

/** From `APIKEYROUTER_HISTORY_DAYS` (30 unless given) and `APIKEYROUTER_HISTORY_MB` (1024). Throws an error that names the variable. */
export function historyLimits(env: Readonly<Record<string, string | undefined>>): HistoryLimits {
  return {
    ageMs: number(env, 'APIKEYROUTER_HISTORY_DAYS', { usual: 30, most: 3_650 }) * DAY_MS,
    mostBytes: number(env, 'APIKEYROUTER_HISTORY_MB', { usual: 1_024, most: 1_048_576 }) * 1024 * 1024,
  };
}

function number(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  const text = env[name] ?? '';
  if (text === '') return usual;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`${name} takes a whole number from 1 to ${most}, not "${text.slice(0, 40)}".`);
}
