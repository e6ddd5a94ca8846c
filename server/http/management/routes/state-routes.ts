import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { dryRunBody } from '../../../core/admin/limit-input-schemas.ts';
import { CODECS } from '../../../protocol/classify.ts';
import { type Route, route } from '../route.ts';
import { named, nano, time } from '../schemas/value-schemas.ts';
import { decision } from '../schemas/history-answers.ts';
import { cell, key, keyState } from '../schemas/key-answers.ts';
import { budget, quota } from '../schemas/limit-answers.ts';

const state = z
  .object({
    version: z.string(),
    startedAt: time,
    now: time,
    proxyUrl: z.string(),
    keysByState: z.record(keyState, z.int()),
    spentTodayNano: nano,
    heldNano: nano,
    unknownNano: nano,
    requestsRunning: z.int(),
    sealing: z.enum(['keychain', 'file', 'environment', 'memory']),
    priceBook: z.string(),
    pricesAsOf: time,
    keys: z.array(key).exactOptional(),
    quotas: z.array(quota).exactOptional(),
    routing: z
      .object({ cells: z.array(cell), budgets: z.array(budget), policies: z.array(z.string()) })
      .exactOptional(),
  })
  .register(named, { id: 'State' });

const dryRun = z
  .object({
    decision,
    models: z.array(z.string()),
    chosen: z
      .object({ keyId: z.string(), keyName: z.string(), providerId: z.string(), model: z.string() })
      .nullable(),
    cost: z
      .object({ expectedNano: nano.nullable(), worstNano: nano.nullable(), bounded: z.boolean() })
      .nullable(),
    budgets: z.array(
      z.object({ id: z.string(), name: z.string(), leftNano: nano.nullable(), fits: z.boolean() }),
    ),
    refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .register(named, { id: 'DryRun' });

/** How things stand, and what a request would get. */
export function stateRoutes(admin: Admin): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/state',
      id: 'getState',
      tag: 'State',
      summary: 'The daemon at a glance; with a scope also its keys, quotas, or what routing goes by.',
      role: 'read',
      query: z.object({ scope: z.enum(['keys', 'quotas', 'routing', 'all']).exactOptional() }),
      answer: state,
      run: async ({ query: { scope } }) => {
        const wants = (part: string): boolean => scope === part || scope === 'all';
        const keys = wants('keys') || wants('routing') ? await admin.keys.list() : [];
        return {
          ...(await admin.state()),
          ...(wants('keys') ? { keys } : {}),
          ...(wants('quotas') ? { quotas: admin.quotas.list() } : {}),
          ...(wants('routing')
            ? {
                routing: {
                  cells: uniqueCells(keys),
                  budgets: await admin.budgets.list(),
                  policies: admin.policies.list().map(({ name }) => name),
                },
              }
            : {}),
        };
      },
    }),
    route({
      method: 'POST',
      path: '/route',
      id: 'dryRun',
      tag: 'State',
      summary: 'The choice that a request would get now, with policies on trial if wanted; nothing is sent.',
      role: 'read',
      body: dryRunBody,
      example: { model: 'gpt-5', inputTokens: 2000, maxOutputTokens: 500 },
      answer: dryRun,
      run: ({ body: { protocol, ...input } }) => admin.dryRun.run(input, CODECS[protocol]),
    }),
  ];
}

/** Keys of one account show the same cells. */
function uniqueCells(keys: Awaited<ReturnType<Admin['keys']['list']>>): readonly unknown[] {
  const cells = keys.flatMap((entry) => entry.cells);
  return [...new Map(cells.map((one) => [`${one.owner} ${one.family} ${one.dimension}`, one])).values()];
}
