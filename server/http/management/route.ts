import type { z } from 'zod';
import type { Manager } from '../../core/admin/management-tokens.ts';
import type { ManagementRole } from '../../../shared/model/records.ts';

/** What a call brings along, checked by its route's schemas. */
export interface Call<Query, Body> {
  /** The path's variable parts by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly manager: Manager;
}

/** One operation of the management API: what it takes, what it answers, who may call it. The OpenAPI document is made of these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with variable parts in braces: `/keys/{key}`. */
  readonly path: string;
  /** A name for programs, unique. */
  readonly id: string;
  readonly tag: string;
  /** One sentence. */
  readonly summary: string;
  /** The least role that may call it. */
  readonly role: ManagementRole;
  /** Of a call that succeeds; 200 if left out. */
  readonly status?: 201 | 202;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A body that is valid, for the document. */
  readonly example?: unknown;
  readonly answer: z.ZodType;
  /** Creates something: an `Idempotency-Key` makes it once. */
  readonly creates?: true;
  readonly run: (call: Call<never, never>) => unknown;
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;

type Definition<Query, Body> = Omit<Route, 'query' | 'body' | 'run'> & {
  readonly query?: Query;
  readonly body?: Body;
  readonly run: (call: Call<Output<Query>, Output<Body>>) => unknown;
};

/** A route whose call is typed by its schemas. */
export function route<
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: Definition<Query, Body>): Route {
  return definition as unknown as Route;
}

/** A variable part of the path; its route names it. */
export function param(call: { readonly params: Readonly<Record<string, string>> }, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new RangeError(`The path has no "${name}".`);
  return value;
}
