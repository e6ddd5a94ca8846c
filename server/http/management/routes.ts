import type { z } from 'zod';
import type { Admin } from '../../core/admin/admin.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Reports } from '../../core/ports/reports.ts';
import type { Ledger } from '../../core/ports/store.ts';
import { RouterError } from '../../core/router-error.ts';
import {
  addKeyBody,
  firstIssue,
  patchKeyBody,
  providerBody,
  virtualKeyBody,
} from '../../core/admin/input-schemas.ts';
import { runReport } from './report.ts';
import { ledgerQuery, requestsQuery } from './query-schemas.ts';

export interface ManagementParts {
  readonly admin: Admin;
  readonly ledger: Ledger;
  readonly reports: Reports;
  readonly clock: Clock;
  /** Ends the daemon: `stop` when running requests are done, `hand-over` to a newer one that is starting. */
  readonly lifecycle: {
    readonly stop: () => void;
    readonly handOver: () => Promise<{ readonly running: number }>;
  };
}

export interface Call {
  /** The path's variable parts, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** The parsed body; `undefined` without one. */
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments below `/api/v1`; `*` stands for one variable part. */
  readonly path: string;
  readonly status?: number;
  readonly run: (call: Call) => unknown;
}

/** The management API: what there is, and what it calls. */
export function managementRoutes({
  admin,
  ledger,
  reports,
  clock,
  lifecycle,
}: ManagementParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: 'keys',
      run: async () => ({ keys: await admin.keys.list(), providers: admin.providers.list() }),
    },
    {
      method: 'POST',
      path: 'keys',
      status: 201,
      run: ({ body }) => admin.keys.add(parse(addKeyBody, body)),
    },
    { method: 'GET', path: 'keys/*', run: ({ params }) => admin.keys.view(first(params)) },
    {
      method: 'PATCH',
      path: 'keys/*',
      run: ({ params, body }) => {
        const { enabled } = parse(patchKeyBody, body);
        return admin.keys.setEnabled(first(params), enabled ? 'enabled' : 'disabled');
      },
    },
    {
      method: 'DELETE',
      path: 'keys/*',
      run: async ({ params }) => {
        await admin.keys.remove(first(params));
        return { removed: true };
      },
    },
    { method: 'POST', path: 'keys/*/check', run: ({ params }) => admin.keys.check(first(params)) },
    { method: 'GET', path: 'providers', run: () => ({ providers: admin.providers.list() }) },
    {
      method: 'POST',
      path: 'providers',
      status: 201,
      run: ({ body }) => admin.providers.save(parse(providerBody, body)),
    },
    {
      method: 'GET',
      path: 'virtual-keys',
      run: async () => ({ virtualKeys: await admin.virtualKeys.list() }),
    },
    {
      method: 'POST',
      path: 'virtual-keys',
      status: 201,
      run: ({ body }) => admin.virtualKeys.create(parse(virtualKeyBody, body)),
    },
    {
      method: 'DELETE',
      path: 'virtual-keys/*',
      run: async ({ params }) => {
        await admin.virtualKeys.revoke(first(params));
        return { revoked: true };
      },
    },
    { method: 'GET', path: 'state', run: () => admin.state() },
    {
      method: 'GET',
      path: 'requests',
      run: async ({ query }) => {
        const { limit, before, key } = parse(requestsQuery, Object.fromEntries(query));
        const requests = await admin.requests({
          limit,
          ...(before === undefined ? {} : { beforeRequestId: before }),
          ...(key === undefined ? {} : { keyId: key }),
        });
        return { requests };
      },
    },
    {
      method: 'GET',
      path: 'requests/*',
      run: async ({ params }) => {
        const trace = await admin.trace(first(params));
        if (!trace) throw new RouterError('not_found', `There is no request "${first(params)}".`);
        return trace;
      },
    },
    { method: 'GET', path: 'reports', run: ({ query }) => runReport({ reports, admin }, query, clock.now()) },
    {
      method: 'GET',
      path: 'ledger',
      run: async ({ query }) => {
        const { limit, request } = parse(ledgerQuery, Object.fromEntries(query));
        const wanted = request === undefined ? { limit } : { limit, requestId: request };
        return { entries: await ledger.entries(wanted) };
      },
    },
    {
      method: 'POST',
      path: 'daemon/stop',
      status: 202,
      run: () => {
        lifecycle.stop();
        return { stopping: true };
      },
    },
    { method: 'POST', path: 'daemon/hand-over', run: () => lifecycle.handOver() },
  ];
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new RouterError('invalid_request', firstIssue(result.error));
  return result.data;
}

function first(params: readonly string[]): string {
  return params[0] ?? '';
}
