import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SDK_CASES } from './sdk-cases.ts';
import { DIALOGUE_PROTOCOLS, GOLDEN, PAIRS } from './translated-pairs.ts';

/** What a translation has to carry, and the golden files that show it: requests, answers whole and streamed. */
const MATRIX = {
  'plain text': { requests: ['text'], answers: ['text'] },
  'parallel tools': { requests: ['tools'], answers: ['tools'] },
  images: { requests: ['images'], answers: [] },
  'a JSON schema': { requests: ['schema'], answers: ['schema'] },
  thinking: { requests: ['thinking'], answers: ['thinking'] },
} as const;

const readme = readFileSync(path.join(GOLDEN, '..', 'README.md'), 'utf8');
const translations = readme.slice(readme.indexOf('## Translations'));

/** Whether a table of the README has a row for it that names a source. */
function hasSource(name: string): boolean {
  const rows = translations.split('\n').filter((line) => line.startsWith(`| \`${name}\` |`));
  return rows.some((row) => /https:\/\/|each protocol's reference|the same protocols' pages/.test(row));
}

describe('the golden files of translation', () => {
  for (const [caller, provider] of PAIRS) {
    for (const [what, { requests, answers }] of Object.entries(MATRIX)) {
      it(`show ${what} of ${caller}, answered by ${provider}`, () => {
        for (const name of requests) {
          need('requests', caller, `${name}.json`);
          need('requests', caller, `${name}.to-${provider}.json`);
        }
        for (const name of answers) {
          for (const form of ['json', 'sse']) {
            need('answers', provider, `${name}.${form}`);
            need('answers', provider, `${name}.to-${caller}.${form}`);
          }
        }
      });
    }
  }

  for (const [what, { requests, answers }] of Object.entries(MATRIX)) {
    it(`name the source of ${what}`, () => {
      for (const name of requests) assert.ok(hasSource(name), `requests/${name} has no source`);
      for (const name of answers) {
        assert.ok(Object.hasOwn(SDK_CASES, name), `no SDK reads answers/${name}`);
      }
    });
  }

  for (const protocol of DIALOGUE_PROTOCOLS) {
    it(`name the source of the answers of ${protocol}`, () => assert.ok(hasSource(protocol)));
  }
});

function need(...names: readonly string[]): void {
  assert.ok(existsSync(path.join(GOLDEN, ...names)), `${names.join('/')} is missing`);
}
