import type { Dialogue } from './dialogue.ts';
import type { Warnings } from './warnings.ts';

/** Says that marks of the prompt cache are lost, for protocols whose caches need none. */
export function warnOfCacheHints({ system, turns, tools }: Dialogue, warnings: Warnings): void {
  const marked =
    [...system, ...tools].some((entry) => entry.cache) ||
    turns.some(({ parts }) => parts.some((part) => 'cache' in part && part.cache));
  if (marked) warnings.leftOut('cache_control');
}
