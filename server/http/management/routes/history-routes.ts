import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { correctCostBody } from '../../../core/admin/limit-input-schemas.ts';
import { RouterError } from '../../../core/router-error.ts';
import type { TraceFilter } from '../../../../shared/model/trace-filter.ts';
import { param, type Route, route } from '../route.ts';
import { auditEntry, ledgerEntry, requestLine, trace, transition } from '../schemas/history-answers.ts';

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const id = z.string().max(256);

const word = z.string().max(256).exactOptional();
const moment = z.coerce.number().int().min(0).exactOptional();

const requestsQuery = z.object({
  limit: limit(500, 50),
  before: id.exactOptional().meta({ description: 'The `next` of the page before.' }),
  key: word.meta({ description: 'Id or name of a key that was tried.' }),
  provider: word.meta({ description: 'A provider that was tried.' }),
  model: word.meta({ description: 'As it was asked for, or as it was sent.' }),
  virtualKey: word.meta({ description: 'Id or name.' }),
  team: word,
  project: word,
  tool: word,
  tag: word,
  conversation: word,
  outcome: z.enum(['succeeded', 'failed', 'cancelled', 'rejected']).exactOptional(),
  status: z.coerce.number().int().min(100).max(599).exactOptional(),
  since: moment.meta({ description: 'Milliseconds since the epoch.' }),
  until: moment.meta({ description: 'Milliseconds since the epoch; not included.' }),
});

/** What is asked for by name, as the store has it by id. */
function filterOf({ key, provider, virtualKey, ...rest }: Filter): TraceFilter {
  return {
    ...rest,
    ...(key === undefined ? {} : { keyId: key }),
    ...(provider === undefined ? {} : { providerId: provider }),
    ...(virtualKey === undefined ? {} : { virtualKeyId: virtualKey }),
  };
}

type Filter = Omit<z.output<typeof requestsQuery>, 'limit' | 'before'>;

/** What happened, newest first. */
export function historyRoutes(admin: Admin): readonly Route[] {
  const tag = 'History';
  return [
    route({
      method: 'GET',
      path: '/requests',
      id: 'listRequests',
      tag,
      summary:
        'The latest requests that match; a page may have fewer than wanted, and even none, while `next` says where to go on.',
      role: 'read',
      query: requestsQuery,
      answer: z.object({ requests: z.array(requestLine), next: id.nullable() }),
      run: ({ query: { limit: most, before, ...filter } }) =>
        admin.requests({
          limit: most,
          filter: filterOf(filter),
          ...(before === undefined ? {} : { beforeRequestId: before }),
        }),
    }),
    route({
      method: 'GET',
      path: '/requests/{request}',
      id: 'getRequest',
      tag,
      summary: "A request's whole history: decisions, attempts, their effects and costs.",
      role: 'read',
      answer: trace,
      run: async (call) => {
        const found = await admin.trace(param(call, 'request'));
        if (found) return found;
        throw new RouterError('not_found', `There is no request "${param(call, 'request')}".`);
      },
    }),
    route({
      method: 'POST',
      path: '/requests/{request}/attempts/{attempt}/cost',
      id: 'correctCost',
      tag,
      summary: 'Says what an attempt cost whose outcome nobody saw; nothing releases what is held for it.',
      role: 'operate',
      body: correctCostBody,
      example: { usd: 0.02 },
      answer: ledgerEntry,
      run: (call) =>
        admin.ledger.correct(
          { requestId: param(call, 'request'), attemptId: param(call, 'attempt'), usd: call.body.usd },
          call.manager.name,
        ),
    }),
    route({
      method: 'GET',
      path: '/ledger',
      id: 'listLedger',
      tag,
      summary: 'The newest entries of the ledger, one an attempt.',
      role: 'read',
      query: z.object({ limit: limit(10_000, 100), request: id.exactOptional() }),
      answer: z.object({ entries: z.array(ledgerEntry) }),
      run: async ({ query }) => {
        const { request } = query;
        const wanted = request === undefined ? {} : { requestId: request };
        return { entries: await admin.ledger.entries({ limit: query.limit, ...wanted }) };
      },
    }),
    route({
      method: 'GET',
      path: '/transitions',
      id: 'listTransitions',
      tag,
      summary: "Changes of keys' states with what triggered them.",
      role: 'read',
      query: z.object({
        limit: limit(1000, 100),
        owner: id
          .exactOptional()
          .meta({ description: '`key:ID`, `group:PROVIDER/ACCOUNT` or `provider:ID`.' }),
      }),
      answer: z.object({ transitions: z.array(transition) }),
      run: async ({ query }) => ({ transitions: await admin.transitions(query) }),
    }),
    route({
      method: 'GET',
      path: '/audit',
      id: 'listAudit',
      tag,
      summary: 'Who changed what: every change of keys, limits, policies and tokens, without secrets.',
      role: 'admin',
      query: z.object({ limit: limit(1000, 100), target: id.exactOptional() }),
      answer: z.object({ entries: z.array(auditEntry) }),
      run: async ({ query }) => ({ entries: await admin.auditLog(query) }),
    }),
  ];
}
