import * as fc from 'fast-check';

/** Where bytes are cut, as shares of their length: any number of pieces, empty ones among them. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
  fc.constant([]),
);

/** Cuts bytes at shares of their length. */
export function cutAt(bytes: Uint8Array, shares: readonly number[]): readonly Uint8Array[] {
  const ends = shares.map((share) => Math.round(share * bytes.length)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Cuts bytes every so many, the last piece being what is left. */
export function cutEvery(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
