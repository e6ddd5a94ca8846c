import { z } from 'zod';
import { RouterError } from '../../core/router-error.ts';

const MAX_PAGE = 1000;

/** Query of a list that is read in pages. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE).meta({ description: 'Most items.' }),
  after: z.string().max(256).exactOptional().meta({ description: 'The `next` of the page before.' }),
});

/** The token of the page that follows; `null` on the last one. */
export const next = z
  .string()
  .nullable()
  .meta({ description: 'Give it as `after` to read on; null: this is the last page.' });

/** A part of a list, in its order. Throws `RouterError('invalid_request')` if `after` is of no item (any more). */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { limit, after }: z.output<typeof pageQuery>,
): { readonly items: readonly T[]; readonly next: string | null } {
  const start = after === undefined ? 0 : items.findIndex((item) => nameOf(item) === after) + 1;
  if (after !== undefined && start === 0) {
    throw new RouterError('invalid_request', 'The page token is not valid (any more). Read from the start.');
  }
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  return { items: page, next: last && start + limit < items.length ? nameOf(last) : null };
}
