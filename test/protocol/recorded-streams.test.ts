import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AnswerTranslator } from '../../server/protocol/translate/answer-translator.ts';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { DIALOGUE_PROTOCOLS } from './translated-pairs.ts';

const FOLDER = path.join(import.meta.dirname, 'golden');

interface Reading {
  readonly protocol: DialogueProtocol;
  readonly complete: boolean;
  readonly error: { readonly message: string } | null;
  readonly answers?: number;
}

/** The recordings of whole answers, of errors and of cuts, with what the meters read of them. */
const RECORDED = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sse'))
  .map((file) => ({
    name: file,
    bytes: readFileSync(path.join(FOLDER, file)),
    reading: JSON.parse(readFileSync(path.join(FOLDER, file.replace(/sse$/, 'json')), 'utf8')) as Reading,
  }))
  // Several answers are never asked of a provider of another protocol.
  .filter(({ reading }) => DIALOGUE_PROTOCOLS.includes(reading.protocol) && reading.answers === undefined);

describe('a recorded stream, translated,', () => {
  for (const { name, bytes, reading } of RECORDED) {
    for (const to of DIALOGUE_PROTOCOLS.filter((protocol) => protocol !== reading.protocol)) {
      it(`ends as it ended: ${name} to ${to}`, () => {
        const names = { tools: [], toolNames: new Map<string, string>(), answerTool: null };
        const facts = { model: 'm', stream: true, streamUsage: true, ...names };
        const from = reading.protocol;
        const translator = new AnswerTranslator({ from, to, facts, requestId: 'req_1', createdAt: 1 });
        translator.push(bytes);
        translator.finish();
        if (reading.error) assert.equal(translator.failure?.message, reading.error.message);
        else if (reading.complete) assert.equal(translator.failure, null);
        else assert.match(translator.failure?.message ?? '', /broke off/);
      });
    }
  }
});
