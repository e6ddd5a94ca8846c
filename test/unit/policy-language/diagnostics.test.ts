import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { formatFindings } from '../../../server/cli/diagnostic-formats.ts';
import { analyse } from '../../../server/policy-language/analyse.ts';
import { DIAGNOSTICS } from '../../../server/policy-language/diagnostic.ts';

const FOLDER = path.join(import.meta.dirname, 'files');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const KNOWN = {
  keys: ['work-1', 'work-2', 'key_1'],
  providers: ['openai', 'anthropic', 'groq'],
  models: ['gpt-5', 'gpt-5-mini', 'claude-sonnet-4-5', 'cheap'],
  virtualKeys: ['editor', 'vk_1'],
};

/** What a person sees of a file. */
function findings(name: string): string {
  const text = readFileSync(path.join(FOLDER, name), 'utf8');
  const { diagnostics, file } = analyse(text, name === 'unknown-names.yaml' ? KNOWN : null);
  return stripVTControlCharacters(formatFindings([{ file: name, text, diagnostics, content: file }], 'text'));
}

describe('what is found in a policy file', () => {
  for (const name of FILES) {
    it(`is as it was looked at: ${name}`, () => {
      const expected = readFileSync(path.join(FOLDER, name.replace('.yaml', '.txt')), 'utf8');
      assert.equal(`${findings(name)}\n`, expected);
    });
  }

  it('has a sample of every code that needs no daemon', () => {
    const seen = FILES.map(findings).join('\n');
    const codes = Object.keys(DIAGNOSTICS).filter((code) => code !== 'test-failed');
    assert.deepEqual(
      codes.filter((code) => !seen.includes(`[${code}]`)),
      [],
    );
  });

  it('takes effect only without an error', () => {
    for (const name of FILES) {
      const { file } = analyse(readFileSync(path.join(FOLDER, name), 'utf8'), KNOWN);
      assert.equal(file !== null, ['valid.yaml', 'unknown-names.yaml'].includes(name), name);
    }
  });
});
