import { z } from 'zod';
import type { Route } from './route.ts';
import { error, named } from './schemas/value-schemas.ts';

type Json = Record<string, unknown>;

const DESCRIPTION = `Manages the keys, limits, policies and history of the API Key Router. Calls carry a management token
in the header \`X-API-Key\`; its role (\`read\`, \`operate\`, \`admin\`) must be at least the one that an operation names.
Times are milliseconds since the epoch, amounts whose names end in \`Nano\` are billionths of a dollar. Answers may gain
members in later versions.`;

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeated call with the same key creates nothing more and gets the first answer, for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** The OpenAPI 3.1 document of the management API, made of its routes. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas: Json = {};
  const schema = (of: z.ZodType, io: 'input' | 'output'): Json => hoist(of, io, schemas);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[`/api/v1${route.path}`] ??= {});
    path[route.method.toLowerCase()] = operation(route, schema);
  }
  const failure = {
    description: 'It failed; the code and the sentence say why and what to do.',
    content: { 'application/json': { schema: schema(error, 'output') } },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'API Key Router management', version, description: DESCRIPTION },
    servers: [{ url: 'http://127.0.0.1:8484', description: 'The default port.' }],
    paths,
    components: {
      schemas,
      responses: { Failure: failure },
      securitySchemes: {
        managementToken: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'The one in daemon/endpoint.json of the data folder, or a named one.',
        },
      },
    },
  };
}

function operation(route: Route, schema: (of: z.ZodType, io: 'input' | 'output') => Json): Json {
  const { id, tag, summary, role, status = 200, body, example, answer, creates } = route;
  const parameters = [
    ...pathParameters(route.path),
    ...queryParameters(route),
    ...(creates ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: [{ managementToken: [role] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schema(body, 'input'), example } },
          },
        }
      : {}),
    responses: {
      [status]: {
        description: 'Done.',
        content: { 'application/json': { schema: schema(answer, 'output') } },
      },
      '4XX': { $ref: '#/components/responses/Failure' },
      '5XX': { $ref: '#/components/responses/Failure' },
    },
  };
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): readonly Json[] {
  if (!query) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, member]) => {
    const { description, ...rest } = member as Json;
    return { name, in: 'query', required: false, ...(description ? { description } : {}), schema: rest };
  });
}

/** A schema whose named parts stand under `components/schemas`. */
function hoist(of: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(of, {
    metadata: named,
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => loosen(zodSchema, jsonSchema, io),
  });
  const moved = JSON.parse(
    JSON.stringify({ $defs, own }).replaceAll('#/$defs/', '#/components/schemas/'),
  ) as {
    readonly $defs: Json;
    readonly own: Json;
  };
  for (const [name, definition] of Object.entries(moved.$defs)) schemas[name] ??= definition;
  const name = named.get(of)?.id;
  if (name === undefined) return moved.own;
  schemas[name] ??= moved.own;
  return { $ref: `#/components/schemas/${name}` };
}

/** Answers may gain members; descriptions are kept beside the names. */
function loosen(zodSchema: z.core.$ZodType, jsonSchema: Json, io: 'input' | 'output'): void {
  if (io === 'output') delete jsonSchema['additionalProperties'];
  const { description } = z.globalRegistry.get(zodSchema) ?? {};
  if (description !== undefined) jsonSchema['description'] = description;
}
