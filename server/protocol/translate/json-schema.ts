import { asObject, type JsonObject } from '../read-json.ts';

/** A schema of a tool's arguments: providers insist on an object at its top. */
export function objectSchema(schema: JsonObject): JsonObject {
  return schema['type'] === 'object' ? schema : { ...schema, type: 'object' };
}

/** Whether every object of the schema refuses members that it doesn't name (Anthropic, "Structured outputs"). */
export function isClosed(schema: unknown): boolean {
  return everyObject(schema, (object) => object['additionalProperties'] === false);
}

/** Whether, besides, all members have to be there (OpenAI, "Structured outputs": supported schemas). */
export function isStrict(schema: unknown): boolean {
  return everyObject(schema, (object) => {
    const { required, properties } = object;
    const names = Object.keys(asObject(properties) ?? {});
    const all = names.every((name) => Array.isArray(required) && required.includes(name));
    return object['additionalProperties'] === false && all;
  });
}

function everyObject(schema: unknown, holds: (object: JsonObject) => boolean): boolean {
  if (Array.isArray(schema)) return schema.every((one) => everyObject(one, holds));
  const value = asObject(schema);
  if (!value) return true;
  const isObject = value['type'] === 'object' || 'properties' in value;
  if (isObject && !holds(value)) return false;
  const inner = [value['items'], value['anyOf'], value['allOf']];
  const named = [value['properties'], value['$defs']].flatMap((of) => Object.values(asObject(of) ?? {}));
  return [...inner, ...named].every((one) => everyObject(one, holds));
}
