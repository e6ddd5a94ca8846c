import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { mayHoldSeals, sealSignature } from '../../server/protocol/translate/signature-seal.ts';

const SEALED = sealSignature(
  { origin: 'gemini-generate', value: 'c2ln', redacted: false },
  'anthropic-messages',
);
/** Texts made of the pieces of a seal, which are the hardest to search. */
const pieces = fc
  .array(fc.oneof(fc.constantFrom('Y', 'W', 'YWty', 'LTE6', 'YWtyLTE', 'WtyLTE6', '6'), fc.string()))
  .map((parts) => parts.join(''));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the search for sealed signatures', () => {
  it('finds one wherever it stands', () => {
    fc.assert(
      fc.property(pieces, pieces, (before, after) => {
        assert.ok(mayHoldSeals(bytes(before + SEALED + after)));
      }),
    );
  });

  it('finds none where there is none', () => {
    fc.assert(
      fc.property(pieces, (text) => {
        assert.equal(mayHoldSeals(bytes(text)), text.includes('YWtyLTE6'));
      }),
    );
  });
});
