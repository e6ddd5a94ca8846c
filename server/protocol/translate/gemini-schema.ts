import { asObject, type JsonObject } from '../read-json.ts';

/**
 * Google's older schemas as JSON Schema: types are in capitals and `nullable` stands beside them
 * (ai.google.dev/api/caching#Schema).
 */
export function plainSchema(schema: JsonObject): JsonObject {
  const { nullable, type, ...rest } = schema;
  const members = Object.entries(rest).map(([name, value]) => [name, plainMember(name, value)] as const);
  const lower = typeof type === 'string' ? type.toLowerCase() : type;
  const typed = nullable === true && lower !== undefined ? [lower, 'null'] : lower;
  return { ...(typed === undefined ? {} : { type: typed }), ...Object.fromEntries(members) };
}

function plainMember(name: string, value: unknown): unknown {
  if (name === 'properties') {
    return Object.fromEntries(
      Object.entries(asObject(value) ?? {}).map(([key, of]) => [key, plainSchema(asObject(of) ?? {})]),
    );
  }
  if (name === 'anyOf' && Array.isArray(value)) return value.map((one) => plainSchema(asObject(one) ?? {}));
  // Counts are written as texts (int64 in proto3's JSON).
  if (/^(min|max)(Items|Length|Properties)$/.test(name)) return Number(value);
  return name === 'items' ? plainSchema(asObject(value) ?? {}) : value;
}
