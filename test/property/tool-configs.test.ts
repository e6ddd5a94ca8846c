import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { applyEdits, hasAll, undoEdits } from '../../server/connect/apply-edits.ts';
import { lineEnd } from '../../server/connect/config-format.ts';
import { TEXT_KINDS } from './config-texts.ts';

describe('Edits of configuration files', () => {
  for (const { name, format, texts, edits, blocks = edits, comment, add } of TEXT_KINDS) {
    it(`of ${name} set what they shall, touch no line besides, and are taken back to the byte`, () => {
      fc.assert(
        fc.property(texts, fc.oneof(edits, blocks), (text, wanted) => {
          const { text: edited, made } = applyEdits(format, text, wanted);
          assert.ok(hasAll(format, edited, wanted));
          assert.equal(applyEdits(format, edited, wanted).text, edited);
          assert.ok(!/(?<!\r)\n/.test(edited) || !edited.includes('\r\n'), 'one kind of line ends');
          const undone = undoEdits(format, edited, made);
          assert.equal(undone.text, text);
          assert.deepEqual(undone.kept, []);
        }),
        { numRuns: 300 },
      );
    });

    it(`of ${name} are taken back out of a text that was changed since, whose changes stay`, () => {
      fc.assert(
        fc.property(texts, edits, fc.nat(), (text, wanted, at) => {
          const eol = lineEnd(text);
          const { text: edited, made } = applyEdits(format, text, wanted);
          const changed = withComment(add(edited, eol), comment, at, (any) => format.parse(any));
          const { text: left, kept } = undoEdits(format, changed, made);
          assert.deepEqual(kept, []);
          // A table that we made stays, and empty, where the comment got into it.
          const { ours = {}, ...others } = plain(format.parse(left));
          assert.match(JSON.stringify(ours), /^(?:\{\}|\{"in":\{\}\})$/);
          assert.deepEqual(others, plain(format.parse(add(text, eol))));
          assert.ok(left.includes(`${comment} by hand`));
        }),
        { numRuns: 300 },
      );
    });

    it(`of ${name} leave a value alone that was changed since`, () => {
      fc.assert(
        fc.property(texts, fc.oneof(edits, blocks), fc.nat(), (text, wanted, which) => {
          const { text: edited, made } = applyEdits(format, text, wanted);
          const edit = wanted[which % wanted.length];
          assert.ok(edit);
          const changed = applyEdits(format, edited, [{ path: edit.path, value: 'by hand' }]).text;
          const { text: left, kept } = undoEdits(format, changed, made);
          assert.deepEqual(kept, [edit.path]);
          assert.ok(hasAll(format, left, [{ path: edit.path, value: 'by hand' }]));
        }),
        { numRuns: 200 },
      );
    });
  }
});

/** A line with a comment, at a place where it changes nothing: not within a string of several lines, say. */
function withComment(text: string, comment: string, at: number, parse: (text: string) => unknown): string {
  const eol = lineEnd(text);
  const lines = text.split(eol);
  const before = plain(parse(text));
  for (let tries = 0; tries < lines.length; tries++) {
    const place = (at + tries) % lines.length;
    const changed = lines.toSpliced(place, 0, `${comment} by hand`).join(eol);
    try {
      assert.deepEqual(plain(parse(changed)), before);
      return changed;
    } catch {
      // Another line, then.
    }
  }
  return `${comment} by hand${eol}${text}`;
}

/** Parsers make objects without a prototype. */
function plain(value: unknown): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
