/** What was given is no value of a setting; the message says what would be. */
export class NotAValue extends Error {}

/** Turns what a person wrote into a value. Throws `NotAValue`. */
export type Reader<T> = (text: string) => T;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MB = 1024 * 1024;

export function wholeNumber(least: number, most: number): Reader<number> {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new NotAValue(`it takes a whole number from ${least} to ${most}`);
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Reader<T> {
  return (text) => {
    const found = values.find((value) => value === text.trim().toLowerCase());
    if (found !== undefined) return found;
    throw new NotAValue(`it takes ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
  };
}

export const yesOrNo: Reader<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  throw new NotAValue('it takes true or false');
};

/** `90s`, `10m`, `1h`, `30d`: milliseconds. */
export function timeSpan(leastMs: number, mostMs: number): Reader<number> {
  return (text) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? [];
    const ms = Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
    if (ms >= leastMs && ms <= mostMs) return Math.round(ms);
    throw new NotAValue(
      `it takes a time from ${spanText(leastMs)} to ${spanText(mostMs)}, such as 90s, 10m, 1h or 30d`,
    );
  };
}

/** `64MB`, `1GB`: bytes. */
export function byteSize(least: number, most: number): Reader<number> {
  return (text) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmg])b?$/i.exec(text.trim()) ?? [];
    const size = { k: 1024, m: MB, g: 1024 * MB }[unit?.toLowerCase() ?? ''] ?? Number.NaN;
    const bytes = Math.round(Number(amount) * size);
    if (bytes >= least && bytes <= most) return bytes;
    throw new NotAValue(`it takes a size from ${sizeText(least)} to ${sizeText(most)}, such as 64MB`);
  };
}

/** A file's path, or a word that a setting knows. */
export const anyText: Reader<string> = (text) => {
  if (text.trim() !== '' && !text.includes('\0')) return text.trim();
  throw new NotAValue('it is empty');
};

const listed: Reader<readonly string[]> = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function matching(pattern: RegExp, says: string): Reader<string> {
  return (text) => {
    if (pattern.test(text.trim())) return text.trim();
    throw new NotAValue(says);
  };
}

export function listOf(reader: Reader<string>): Reader<readonly string[]> {
  return (text) => listed(text).map(reader);
}

/** The largest unit that it is a whole number of. */
function spanText(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms % (UNITS[name] ?? 1) === 0) ?? 's';
  return `${ms / (UNITS[unit] ?? 1)}${unit}`;
}

function sizeText(bytes: number): string {
  return bytes % (1024 * MB) === 0
    ? `${bytes / MB / 1024}GB`
    : bytes % MB === 0
      ? `${bytes / MB}MB`
      : `${bytes / 1024}KB`;
}
