import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { policyFileSchema } from '../../server/core/policy/policy-file-schema.ts';
import { analyse } from '../../server/policy-language/analyse.ts';

const VALID = readFileSync(
  path.join(import.meta.dirname, '..', 'unit', 'policy-language', 'files', 'valid.yaml'),
  'utf8',
);
const KNOWN = { keys: ['a'], providers: ['openai'], models: ['gpt-5'], virtualKeys: [] };

const piece = fc.oneof(
  fc.constantFrom(
    '-',
    ':',
    ' ',
    '\n',
    '\r\n',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a',
    '*a',
    '!!str',
    '|',
    '>',
    '#',
    '\t',
    '🦊',
    '\0',
  ),
  fc.constantFrom(
    'policies',
    'rules',
    'null',
    '1e999',
    '~',
    '__proto__',
    'constructor',
    'sk-proj-0123456789abcdef',
  ),
  fc.string({ maxLength: 8 }),
);
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removes: fc.nat(40),
  piece,
});

function mutated(text: string, mutations: readonly { at: number; removes: number; piece: string }[]): string {
  let result = text;
  for (const { at, removes, piece: added } of mutations) {
    const from = Math.floor(at * result.length);
    result = result.slice(0, from) + added + result.slice(from + removes);
  }
  return result;
}

/** A place is within the text, and does not end before it begins. */
function assertPlaces(text: string, { diagnostics }: ReturnType<typeof analyse>): void {
  const lines = text.split(/\r\n|\r|\n/);
  for (const { range, message } of diagnostics) {
    assert.ok(range.start.line < lines.length + 1, message);
    const ordered =
      range.start.line < range.end.line ||
      (range.start.line === range.end.line && range.start.character <= range.end.character);
    assert.ok(ordered, `${message}: ${JSON.stringify(range)}`);
  }
}

describe('a policy file, however it is changed', () => {
  it('is read, and takes effect only if it is what the schema says', () =>
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const text = mutated(VALID, mutations);
        const analysis = analyse(text, KNOWN);
        assertPlaces(text, analysis);
        if (analysis.file) assert.ok(policyFileSchema.safeParse(analysis.source.value).success);
        else
          assert.ok(
            analysis.diagnostics.some(({ severity }) => severity === 'error'),
            'it says why not',
          );
      }),
      { numRuns: 1_500 },
    ));

  it('is read if it is any text at all', () =>
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.json({ maxDepth: 4 })),
        (text) => {
          const analysis = analyse(text, KNOWN);
          assertPlaces(text, analysis);
          assert.equal(analysis.file, null);
        },
      ),
      { numRuns: 1_000 },
    ));

  it('does not fill the memory by aliases of aliases', () => {
    const names = Array.from({ length: 12 }, (_, at) => `x${at}`);
    const lines = names.map((name, at) => {
      const item = at === 0 ? 'x' : `*${names[at - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 12 }, () => item).join(',')}]`;
    });
    const { file, diagnostics } = analyse(`version: 1\n${lines.join('\n')}\npolicies: *x11\n`, null);
    assert.equal(file, null);
    assert.match(diagnostics[0]?.message ?? '', /alias/);
  });
});
