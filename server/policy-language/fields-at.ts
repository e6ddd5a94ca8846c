import { z } from 'zod';
import { policyFileSchema } from '../core/policy/policy-file-schema.ts';
import { RULES_BY_TYPE } from '../core/policy/rule-schemas.ts';
import type { Path } from './policy-source.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly required?: readonly string[];
}

/** The schema of a policy file, as JSON Schema: what there is at each place is looked up in it. */
export const POLICY_FILE_SCHEMA = z.toJSONSchema(policyFileSchema, { io: 'input' }) as JsonSchema;

/** Names of the members that may stand at a place. */
export function fieldsAt(value: unknown, path: Path): readonly string[] {
  return [...new Set(schemasAt(value, path).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** The schemas that may hold at a place; of a policy's and a rule's forms only the one that its `type` and `action` name. */
export function schemasAt(value: unknown, path: Path): readonly JsonSchema[] {
  let schemas = formsOf(POLICY_FILE_SCHEMA, value);
  let found = value;
  for (const part of path) {
    found = memberOf(found, part);
    schemas = schemas.flatMap((schema) => {
      const next = typeof part === 'number' ? schema.items : schema.properties?.[String(part)];
      return next ? formsOf(next, found) : [];
    });
  }
  return schemas;
}

/** Every action, with what it is for. */
export const ACTIONS: ReadonlyMap<string, { readonly type: string; readonly says: string }> = new Map(
  Object.entries(RULES_BY_TYPE).flatMap(([type, rules]) =>
    rules.options.map((rule): [string, { type: string; says: string }] => [
      [...rule.shape.action.values][0] ?? '',
      { type, says: rule.description ?? '' },
    ]),
  ),
);

function formsOf(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const forms = schema.anyOf ?? schema.oneOf;
  if (!forms) return [schema];
  const fitting = forms.filter((form) => fits(form, value));
  return (fitting.length > 0 ? fitting : forms).flatMap((form) => formsOf(form, value));
}

/** Whether what names the form is what is written. */
function fits({ properties }: JsonSchema, value: unknown): boolean {
  const name = (['action', 'type'] as const).find((member) => properties?.[member]?.const !== undefined);
  return name !== undefined && properties?.[name]?.const === memberOf(value, name);
}

function memberOf(value: unknown, part: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Readonly<Record<PropertyKey, unknown>>)[part];
}
