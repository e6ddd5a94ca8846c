declare const __VERSION__: string | undefined;

/** The product's version, put in by the build; sources that run unbuilt have none. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

/** Negative if `a` is older than `b`, positive if newer, zero if equal (numbers compared, suffixes ignored). */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string): readonly number[] =>
    (version.split('-')[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
  const left = numbers(a);
  const right = numbers(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
