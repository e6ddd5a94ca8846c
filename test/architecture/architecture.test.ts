import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ruleOf, violations } from './check.ts';
import { IMPORT_RULES } from './rules.ts';
import { readSource, type SourceFile } from './source-file.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('the architecture', () => {
  let files: readonly SourceFile[];

  before(() => {
    files = globSync('{client,examples,server,shared}/**/*.ts', { cwd: ROOT })
      .map((file) => file.replaceAll(path.sep, '/'))
      .sort()
      .map((file) => readSource(file, readFileSync(path.join(ROOT, file), 'utf8')));
  });

  it('is read from the sources', () => {
    assert.ok(files.length > 100, `${files.length} files`);
    const imports = files.reduce((sum, file) => sum + file.imports.length, 0);
    assert.ok(imports > 500, `${imports} imports`);
  });

  it('keeps every rule', () => {
    assert.deepEqual(violations(files), []);
  });

  it('has no rule without a file', () => {
    const used = new Set(files.map((file) => ruleOf(file.path, IMPORT_RULES)));
    const unused = IMPORT_RULES.filter((rule) => !used.has(rule)).map((rule) => rule.of);
    assert.deepEqual(unused, []);
  });
});
