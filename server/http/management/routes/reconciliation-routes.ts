import { z } from 'zod';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Reconciler } from '../../../core/reconciliation/reconciler.ts';
import { readDays, reconcileQuery, resolveBody } from '../reconcile-query.ts';
import { type Route, route } from '../route.ts';
import { ledgerEntry } from '../schemas/history-answers.ts';
import { reconciliation, resolvedOutcomes } from '../schemas/reconciliation-answers.ts';

/** What the ledger says beside what providers billed, and what nobody saw ending. */
export function reconciliationRoutes(reconciler: Reconciler, clock: Clock): readonly Route[] {
  const tag = 'History';
  return [
    route({
      method: 'GET',
      path: '/reconciliation',
      id: 'reconcile',
      tag,
      summary: 'Compares the ledger, day by day, with what providers say they billed; asks them now.',
      role: 'read',
      query: reconcileQuery,
      answer: reconciliation,
      run: ({ query }) => reconciler.compare(readDays(query, clock.now())),
    }),
    route({
      method: 'POST',
      path: '/reconciliation/resolve',
      id: 'resolveUnknown',
      tag,
      summary: 'Gives attempts of unknown outcome what the bill of their day has above the settled cost.',
      role: 'operate',
      body: resolveBody,
      example: { since: '7d', exclusive: true },
      answer: resolvedOutcomes,
      run: ({ body, manager }) => {
        const { exclusive, ...query } = body;
        return reconciler.resolve({ ...readDays(query, clock.now()), exclusive }, manager.name);
      },
    }),
    route({
      method: 'GET',
      path: '/ledger/unknown',
      id: 'listUnknown',
      tag,
      summary: 'Attempts whose outcome nobody saw, newest first.',
      role: 'read',
      query: reconcileQuery.pick({ since: true, until: true }),
      answer: z.object({ entries: z.array(ledgerEntry) }),
      run: async ({ query }) => ({ entries: await reconciler.unknown(readDays(query, clock.now())) }),
    }),
  ];
}
