/** https://protobuf.dev/programming-guides/encoding/#structure */
const WIRE = { varint: 0, fixed64: 1, bytes: 2 } as const;

const encoder = new TextEncoder();

/** Writes one protobuf message. What has its default value is left out, as proto3 does. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** A non-negative integer, an enum or a bool. */
  uint(field: number, value: number): this {
    if (value !== 0) this.#tag(field, WIRE.varint).#varint(BigInt(value));
    return this;
  }

  /** An `int64`, also if it is 0: members of a `oneof` say by being there that they are meant. */
  int64(field: number, value: number): this {
    return this.#tag(field, WIRE.varint).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A bool, also if it is false. */
  bool(field: number, value: boolean): this {
    return this.#tag(field, WIRE.varint).#varint(value ? 1n : 0n);
  }

  fixed64(field: number, value: bigint): this {
    if (value === 0n) return this;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.#tag(field, WIRE.fixed64).#push(bytes);
  }

  /** Also if it is 0. */
  double(field: number, value: number): this {
    return this.#tag(field, WIRE.fixed64).#push(doubles([value]));
  }

  packedFixed64(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(8 * values.length);
    const view = new DataView(bytes.buffer);
    values.forEach((value, at) => view.setBigUint64(8 * at, BigInt(value), true));
    return this.bytes(field, bytes);
  }

  packedDoubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubles(values));
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value.toWellFormed()));
  }

  /** A string, also if it is empty. */
  givenString(field: number, value: string): this {
    const bytes = encoder.encode(value.toWellFormed());
    return this.#tag(field, WIRE.bytes).#varint(BigInt(bytes.length)).#push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    if (value.length === 0) return this;
    return this.#tag(field, WIRE.bytes).#varint(BigInt(value.length)).#push(value);
  }

  /** A message within, also if it is empty. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.#tag(field, WIRE.bytes)
      .#varint(BigInt(inner.#size))
      .#push(...inner.#parts);
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #tag(field: number, wire: number): this {
    return this.#varint(BigInt(field * 8 + wire));
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    return this.#push(Uint8Array.from(bytes));
  }

  #push(...parts: readonly Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#size += part.length;
    }
    return this;
  }
}

function doubles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => view.setFloat64(8 * at, value, true));
  return bytes;
}
