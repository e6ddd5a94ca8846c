import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** A JSON object of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** One operation as the OpenAPI document describes it. */
export interface Operation {
  readonly method: string;
  /** With its variable parts in braces. */
  readonly path: string;
  readonly id: string;
  readonly role: 'read' | 'operate' | 'admin';
  readonly status: number;
  /** Names of the query's parameters with their schemas. */
  readonly query: Readonly<Record<string, Json>>;
  readonly takesBody: boolean;
  readonly example: unknown;
  readonly creates: boolean;
}

interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Json;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly security: readonly { readonly managementToken: readonly [Operation['role']] }[];
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example: unknown } } };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** The management API as its own document describes it. */
export class DescribedApi {
  readonly operations: readonly Operation[];
  readonly #ajv: Ajv2020;

  constructor(document: { readonly paths: Readonly<Record<string, Json>> }) {
    // What an answer has must be in the document, although clients are told to put up with more.
    const strict = closed(document) as Json;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    this.#ajv.addSchema({ ...strict, $id: 'openapi' });
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) =>
        operationOf(method, path, described as DescribedOperation),
      ),
    );
  }

  /** What is wrong with the answer of an operation; empty if nothing is. */
  faultsOfAnswer({ path, method, status }: Operation, answer: unknown): string {
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      'application/json',
      'schema',
    ];
    return this.#faults(pointer, answer);
  }

  /** What is wrong with the answer to a call that was refused. */
  faultsOfError(answer: unknown): string {
    return this.#faults(['components', 'schemas', 'Error'], answer);
  }

  #faults(pointer: readonly string[], value: unknown): string {
    const reference = pointer.map((part) =>
      encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const validate = this.#ajv.getSchema(`openapi#/${reference.join('/')}`) as ValidateFunction | undefined;
    if (!validate) return `The document has no ${pointer.join(' > ')}`;
    return validate(value) ? '' : this.#ajv.errorsText(validate.errors);
  }
}

function operationOf(method: string, path: string, described: DescribedOperation): Operation {
  const [status = ''] = Object.keys(described.responses).filter((code) => /^2\d\d$/.test(code));
  const parameters = described.parameters ?? [];
  return {
    method: method.toUpperCase(),
    path,
    id: described.operationId,
    role: described.security[0]?.managementToken[0] ?? 'admin',
    status: Number(status),
    query: Object.fromEntries(
      parameters.filter((entry) => entry.in === 'query').map((entry) => [entry.name, entry.schema]),
    ),
    takesBody: described.requestBody !== undefined,
    example: described.requestBody?.content['application/json'].example,
    creates: parameters.some(({ name }) => name === 'Idempotency-Key'),
  };
}

/** The same with every object closed to members that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  const isSchema = members['type'] === 'object' && typeof members['properties'] === 'object';
  return isSchema && !('additionalProperties' in members)
    ? { ...members, additionalProperties: false }
    : members;
}
