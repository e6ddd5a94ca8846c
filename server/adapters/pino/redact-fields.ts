type Redact = (text: string) => string;

/** Nesting beyond this is cut: log fields are flat by intention, and cycles must end. */
const MAX_DEPTH = 6;

/** A copy of log fields in which every string, however deep, has passed through `redact`. */
export function redactFields(
  fields: Readonly<Record<string, unknown>>,
  redact: Redact,
): Record<string, unknown> {
  return redactRecord(fields, redact, 0);
}

function redactRecord(record: object, redact: Redact, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) copy[name] = redactValue(value, redact, depth + 1);
  return copy;
}

function redactValue(value: unknown, redact: Redact, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return redact(value.toString());
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[cut]';
  if (value instanceof Error) return redactError(value, redact, depth);
  if (value instanceof Date || value instanceof URL) return redact(value.toJSON());
  // Bodies and secrets come as bytes: their length is all that a log may say of them.
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact, depth + 1));
  if (value instanceof Map) return redactRecord(Object.fromEntries(value), redact, depth);
  if (value instanceof Set) return [...value].map((item) => redactValue(item, redact, depth + 1));
  return redactRecord(value, redact, depth);
}

/** Own fields of an error (`code`, `errno`) are kept; name, message, stack and cause are not enumerable. */
function redactError(error: Error, redact: Redact, depth: number): Record<string, unknown> {
  return {
    ...redactRecord(error, redact, depth),
    name: error.name,
    message: redact(error.message),
    ...(error.stack === undefined ? {} : { stack: redact(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, redact, depth + 1) }),
  };
}
