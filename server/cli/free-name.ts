import type { KeyView } from '../../shared/model/views.ts';

/** The first name, of those with the numbers 1, 2, 3..., that no key has. */
export function freeName(
  numbered: (number: number) => string,
  keys: readonly Pick<KeyView, 'name'>[],
): string {
  const taken = new Set(keys.map((key) => key.name));
  let number = 1;
  while (taken.has(numbered(number))) number++;
  return numbered(number);
}
