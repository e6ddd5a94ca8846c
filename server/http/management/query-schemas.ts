import { z } from 'zod';

/** Query of the request list. */
export const requestsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.string().max(128).exactOptional(),
  key: z.string().max(128).exactOptional(),
});

/** Query of the ledger. */
export const ledgerQuery = z.object({
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  request: z.string().max(128).exactOptional(),
});
