import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AnswerFacts } from '../../server/protocol/translate/answer-facts.ts';
import { AnswerTranslator } from '../../server/protocol/translate/answer-translator.ts';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { translateRequest } from '../../server/protocol/translate/translate.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { cutEvery } from '../support/chunks.ts';
import { assertGolden } from './golden-file.ts';
import { casesOf, GOLDEN, MODELS, PAIRS } from './translated-pairs.ts';

const decoder = new TextDecoder();

function factsOf(stream: boolean): AnswerFacts {
  const names = { tools: [], toolNames: new Map(), answerTool: null };
  return { model: 'the-model', stream, streamUsage: true, ...names };
}

function translate(
  from: DialogueProtocol,
  to: DialogueProtocol,
  bytes: Uint8Array,
  size: number,
  stream: boolean,
): string {
  const translator = new AnswerTranslator({
    from,
    to,
    facts: factsOf(stream),
    requestId: 'req_7Yk2',
    createdAt: 1_763_985_600,
  });
  const out = cutEvery(bytes, size).flatMap((piece) => translator.push(piece));
  const text = decoder.decode(concatBytes([...out, ...translator.finish()]));
  assert.equal(translator.failure, null);
  return text;
}

for (const [from, to] of PAIRS) {
  describe(`a request of ${from} to ${to}`, () => {
    for (const name of casesOf('requests', from)) {
      it(`is as it was: ${name}`, () => {
        const folder = path.join(GOLDEN, 'requests', from);
        const body: unknown = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
        const translated = translateRequest(from, to, body, {
          model: MODELS[to],
          defaultMaxTokens: 8192,
          path: { model: MODELS[from], stream: false },
        });
        assert.ok(translated.ok);
        const written: unknown = JSON.parse(decoder.decode(translated.body));
        const golden = { warnings: translated.warnings, body: written };
        assertGolden(path.join(folder, `${name}.to-${to}.json`), `${JSON.stringify(golden, null, 2)}\n`);
      });
    }
  });

  describe(`an answer of ${from} to ${to}`, () => {
    const folder = path.join(GOLDEN, 'answers', from);

    for (const name of casesOf('answers', from)) {
      it(`is as it was, whole: ${name}`, () => {
        const bytes = readFileSync(path.join(folder, `${name}.json`));
        const body: unknown = JSON.parse(translate(from, to, bytes, 100, false));
        assertGolden(path.join(folder, `${name}.to-${to}.json`), `${JSON.stringify(body, null, 2)}\n`);
      });

      it(`is as it was, streamed: ${name}`, () => {
        const bytes = readFileSync(path.join(folder, `${name}.sse`));
        const text = translate(from, to, bytes, bytes.length, true);
        for (const size of [1, 7, 64]) assert.equal(translate(from, to, bytes, size, true), text);
        assertGolden(path.join(folder, `${name}.to-${to}.sse`), text);
      });
    }
  });
}
