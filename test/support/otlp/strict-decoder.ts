import path from 'node:path';
import protobuf from 'protobufjs';

const FILES = ['collector/trace/v1/trace_service.proto', 'collector/metrics/v1/metrics_service.proto'];

const root = new protobuf.Root();
// Imports are written from the folder that holds `opentelemetry`.
root.resolvePath = (_, target) => (path.isAbsolute(target) ? target : path.join(import.meta.dirname, target));
root.loadSync(FILES.map((file) => path.join(import.meta.dirname, 'opentelemetry', 'proto', file)));
root.resolveAll();

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };
const WIRE_OF: Readonly<Record<string, number>> = {
  double: WIRE.fixed64,
  fixed64: WIRE.fixed64,
  sfixed64: WIRE.fixed64,
  float: WIRE.fixed32,
  fixed32: WIRE.fixed32,
  sfixed32: WIRE.fixed32,
  string: WIRE.bytes,
  bytes: WIRE.bytes,
};

/**
 * Decodes a message of OpenTelemetry's. Unlike a usual decoder it throws on fields that the definitions don't have, on
 * another wire type than theirs, on a second member of a `oneof`, on enum values without a name, on text that is not
 * UTF-8 and on bytes that are left over.
 */
export function decodeStrictly<T>(
  name: 'collector.trace.v1.ExportTraceServiceRequest' | 'collector.metrics.v1.ExportMetricsServiceRequest',
  bytes: Uint8Array,
): T {
  const type = root.lookupType(`opentelemetry.proto.${name}`);
  check(type, bytes, name);
  const object = type.toObject(type.decode(bytes), { longs: String, enums: String, arrays: true });
  return hexIds(object) as T;
}

function check(type: protobuf.Type, bytes: Uint8Array, where: string): void {
  const reader = protobuf.Reader.create(bytes);
  const seen = new Set<string>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (!field) throw new Error(`${where} has a field ${tag >>> 3}, which is not defined`);
    const place = `${where}.${field.name}`;
    if (field.options?.['deprecated'] === true) throw new Error(`${place} is deprecated`);
    if (!field.repeated && seen.has(field.name)) throw new Error(`${place} is there twice`);
    const others = field.partOf?.oneof.filter((other) => other !== field.name) ?? [];
    if (others.some((other) => seen.has(other))) throw new Error(`${place} is a second member of its oneof`);
    seen.add(field.name);
    checkValue(field, tag & 7, reader, place);
  }
}

function checkValue(field: protobuf.Field, wire: number, reader: protobuf.Reader, place: string): void {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    expectWire(wire, WIRE.bytes, place);
    check(resolvedType, reader.bytes(), place);
    return;
  }
  const single = WIRE_OF[field.type] ?? WIRE.varint;
  if (field.repeated && single !== WIRE.bytes) {
    expectWire(wire, WIRE.bytes, `${place} (packed)`);
    const packed = protobuf.Reader.create(reader.bytes());
    while (packed.pos < packed.len) packed.skipType(single);
    if (packed.pos !== packed.len) throw new Error(`${place} ends within a value`);
    return;
  }
  expectWire(wire, single, place);
  if (field.type === 'string') {
    new TextDecoder('utf-8', { fatal: true }).decode(reader.bytes());
  } else if (resolvedType instanceof protobuf.Enum) {
    const value = reader.int32();
    if (resolvedType.valuesById[value] === undefined) throw new Error(`${place} has no value ${value}`);
  } else {
    reader.skipType(single);
  }
}

function expectWire(wire: number, wanted: number, place: string): void {
  if (wire !== wanted) throw new Error(`${place} has wire type ${wire} instead of ${wanted}`);
}

/** Bytes, which are ids here, as hex. */
function hexIds(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(hexIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hexIds(inner)]));
}
