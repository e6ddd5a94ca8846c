import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const CALENDAR = ['minute', 'hour', 'day', 'week', 'month', 'total'];

/** A window of a limit as the management API takes it. */
export type WindowArgument = string | { readonly rollingMs: number };

/** `5`, `0.50`. Throws `InvalidArgumentError`, as all readers do. */
export function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It takes an amount in dollars, e.g. 5 or 0.50.');
}

/** The same, and nothing at all too. */
export function dollarsOrNone(text: string): number {
  return Number(text) === 0 && text.trim() !== '' ? 0 : dollars(text);
}

/** `90s`, `30m`, `1h`, `7d`, `2w`: milliseconds. */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? [];
  const size = UNITS[unit ?? ''];
  if (amount !== undefined && size !== undefined) return Math.round(Number(amount) * size);
  throw new InvalidArgumentError('It takes a time such as 90s, 30m, 1h, 7d or 2w.');
}

/** `day`, or a duration for a window that looks back over it. */
export function timeWindow(text: string): WindowArgument {
  if (CALENDAR.includes(text)) return text;
  try {
    return { rollingMs: duration(text) };
  } catch {
    throw new InvalidArgumentError(
      `It takes ${CALENDAR.join(', ')}, or a time such as 24h that it looks back over.`,
    );
  }
}

/** A whole number from one to `most`. */
export function count(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`It takes a number from 1 to ${most}.`);
  };
}

/** A number that is not negative. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It takes a number that is not negative.');
}

/** `team=development`, gathered. */
export function pair(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It looks like name=value.');
  return { ...before, [name]: value };
}

/** Gathers an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
