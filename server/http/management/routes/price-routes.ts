import { z } from 'zod';
import type { PriceBookView, PriceView } from '../../../../shared/model/views.ts';
import type { Admin } from '../../../core/admin/admin.ts';
import { RouterError } from '../../../core/router-error.ts';
import { type Route, route } from '../route.ts';
import { named, nano, time } from '../schemas/value-schemas.ts';

const amount = nano.nullable().meta({ description: 'Nano-dollars a million tokens; null: no known price.' });

const price = z
  .object({
    providerId: z.string(),
    model: z.string(),
    keys: z.array(z.string()).meta({ description: 'Names of the keys that it counts for.' }),
    inputNano: amount,
    cacheReadNano: amount,
    cacheWriteNano: amount,
    outputNano: amount,
    contextWindow: z.int().nullable(),
  })
  .register(named, { id: 'Price' }) satisfies z.ZodType<PriceView>;

const book = z
  .object({ edition: z.string(), asOf: time, source: z.string() })
  .register(named, { id: 'PriceBook' }) satisfies z.ZodType<PriceBookView>;

/** What models cost. */
export function priceRoutes({ prices }: Admin): readonly Route[] {
  const tag = 'Prices';
  return [
    route({
      method: 'GET',
      path: '/prices',
      id: 'listPrices',
      tag,
      summary:
        'What the models of the keys cost, without tiers for long requests, and which edition says so.',
      role: 'read',
      query: z.object({
        model: z.string().min(1).max(200).exactOptional().meta({
          description: 'A name, or a pattern with "*"; all models that keys list if left out.',
        }),
      }),
      answer: z.object({ book, prices: z.array(price) }),
      run: ({ query }) => ({ book: prices.book, prices: prices.list(query.model) }),
    }),
    route({
      method: 'POST',
      path: '/prices/refresh',
      id: 'refreshPrices',
      tag,
      summary:
        'Takes over the newest edition of the price book; the one in use stays if there is none to be had.',
      role: 'admin',
      body: z.strictObject({
        source: z.url().max(2048).nullable().meta({
          description:
            'Null: where they are published. Or another address with the same data: https, or http on this machine.',
        }),
      }),
      example: { source: null },
      answer: book,
      run: ({ body, manager }) => {
        if (body.source !== null) refuseUnsafe(new URL(body.source));
        return prices.refresh(body.source, manager.name);
      },
    }),
  ];
}

/** Whoever is in between could set every price to nothing, and with it every budget. */
function refuseUnsafe({ protocol, hostname }: URL): void {
  const local = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && local)) return;
  throw new RouterError(
    'invalid_request',
    'Prices are fetched by https:// (http:// only from this machine).',
  );
}
