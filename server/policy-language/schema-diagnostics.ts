import type { z } from 'zod';
import { policyFileSchema } from '../core/policy/policy-file-schema.ts';
import { closest } from './closest.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import { fieldsAt } from './fields-at.ts';
import type { Path, PolicySource } from './policy-source.ts';

type Issue = z.core.$ZodIssue;
/** Of a member that is not there, the input is not known. */
type Typed = Extract<Issue, { code: 'invalid_type' }>;

/** What the schema says of a file's values, in words for people, at the place that is meant. */
export function schemaDiagnostics(source: PolicySource): readonly Diagnostic[] {
  const result = policyFileSchema.safeParse(source.value ?? {});
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => diagnosticsOf(source, issue));
}

function diagnosticsOf(source: PolicySource, issue: Issue): readonly Diagnostic[] {
  const { path } = issue;
  const at = source.rangeOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((name) => unknownField(source, [...path, name], name));
    case 'invalid_type':
      return [isMissing(source, path) ? missing(source, path) : wrongType(source, issue)];
    case 'invalid_value':
      return [
        isMissing(source, path)
          ? missing(source, path)
          : unknownValue(source, path, issue.values.map(String)),
      ];
    case 'invalid_union':
      return [unionFault(source, issue)];
    case 'too_small':
    case 'too_big':
      return [diagnostic('out-of-range', at, `${nameOf(path)} ${boundText(issue)}.`)];
    case 'invalid_format':
      return [diagnostic('wrong-format', at, `${nameOf(path)} is not of the right form${formatText(path)}.`)];
    default:
      return [diagnostic('invalid', at, issue.message)];
  }
}

function unknownField(source: PolicySource, path: Path, name: string): Diagnostic {
  const parent = path.slice(0, -1);
  const fields = fieldsAt(valueAt(source.value, parent), parent);
  const meant = closest(name, fields);
  const hint = meant === null ? `It may have ${fields.join(', ')}` : `Did you mean "${meant}"`;
  const message = `There is no "${name}" ${whereText(parent)}. ${hint}${meant === null ? '.' : '?'}`;
  return diagnostic(
    'unknown-field',
    source.rangeOfName(path),
    message,
    meant === null ? {} : { replacement: meant },
  );
}

function missing(source: PolicySource, path: Path): Diagnostic {
  const parent = path.slice(0, -1);
  const message = `"${String(path.at(-1))}" is missing ${whereText(parent)}.`;
  return diagnostic('missing-field', source.headOf(parent), message);
}

function wrongType(source: PolicySource, { path, expected }: Typed): Diagnostic {
  const found = kindOf(valueAt(source.value, path));
  const message = `${nameOf(path)} takes ${KINDS[expected] ?? expected}, not ${found}.`;
  return diagnostic('wrong-type', source.rangeOf(path), message);
}

function unknownValue(source: PolicySource, path: Path, values: readonly string[]): Diagnostic {
  const value = String(valueAt(source.value, path));
  const meant = closest(value, values);
  const hint = meant === null ? `It takes ${listText(values)}.` : `Did you mean "${meant}"?`;
  const message = `"${value}" is no value of ${nameOf(path)}. ${hint}`;
  return diagnostic(
    'unknown-value',
    source.rangeOf(path),
    message,
    meant === null ? {} : { replacement: meant },
  );
}

/** Of several forms none fits: an unknown `type` or `action`, or a value that may be one or a list of them. */
function unionFault(source: PolicySource, issue: Extract<Issue, { code: 'invalid_union' }>): Diagnostic {
  const { path } = issue;
  const { discriminator, options } = issue as {
    readonly discriminator?: string;
    readonly options?: readonly unknown[];
  };
  if (discriminator === undefined || !options) {
    const value = valueAt(source.value, path);
    const [first] = issue.errors.flat();
    const values = first?.code === 'invalid_value' ? first.values.map(String) : null;
    if (values && typeof value === 'string') return unknownValue(source, path, values);
    return diagnostic(
      'wrong-type',
      source.rangeOf(path),
      `${nameOf(path)} has ${kindOf(value)}, which is none of what it takes.`,
    );
  }
  if (isMissing(source, path)) return missing(source, path);
  return unknownValue(source, path, options.map(String));
}

function isMissing(source: PolicySource, path: Path): boolean {
  return path.length > 0 && valueAt(source.value, path) === undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return found;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'members',
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
  return { string: 'a text', boolean: 'true or false', object: 'members' }[typeof value as string] ?? 'that';
}

function boundText(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const bound = String('minimum' in issue ? issue.minimum : issue.maximum);
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  const beyond = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : side;
  if (issue.origin === 'array') return `needs ${beyond} ${bound} ${bound === '1' ? 'item' : 'items'}`;
  if (issue.origin === 'string') return bound === '1' ? 'is empty' : `has ${beyond} ${bound} characters`;
  return `must be ${beyond} ${bound}`;
}

function formatText(path: Path): string {
  return ['from', 'to'].includes(String(path.at(-1))) ? ': a time of day is written HH:MM' : '';
}

function nameOf(path: Path): string {
  const name = path.findLast((part) => typeof part === 'string');
  return name === undefined ? 'The file' : `"${name}"`;
}

function whereText(path: Path): string {
  const kind = path.findLast((part) => typeof part === 'string');
  if (kind === undefined) return 'in a policy file';
  const words: Readonly<Record<string, string>> = {
    policies: 'in a policy',
    rules: 'in this rule',
    scope: 'in a scope',
    when: 'in a condition',
    tests: 'in a test',
  };
  return words[kind] ?? `in "${kind}"`;
}

function listText(values: readonly string[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(', ')}, ...` : values.join(', ');
}
