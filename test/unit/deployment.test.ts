import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { SETTING_NAMES, variableOf } from '../../server/daemon/settings/settings.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('the container that is described', () => {
  it('has a Dockerfile that its linter passes, and settings that there are', () => {
    const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
    assert.deepEqual(
      validate(text).map(({ message, range }) => [range.start.line + 1, message]),
      [],
    );
    assertKnown(text);
  });

  it('has a compose file that its linter passes, and settings that there are', () => {
    const file = path.join(ROOT, 'compose.yaml');
    const text = readFileSync(file, 'utf8');
    const bin = path.join(ROOT, 'node_modules', 'dclint', 'bin', 'dclint.cjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, file], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    const { services } = parse(text) as { services: { router: { environment: Record<string, string> } } };
    assert.ok(Object.keys(services.router.environment).length > 3);
    assertKnown(text);
  });

  function assertKnown(text: string): void {
    const known = new Set([
      ...SETTING_NAMES.map(variableOf),
      'APIKEYROUTER_HOME',
      'APIKEYROUTER_KEYCHAIN',
      'APIKEYROUTER_MASTER_KEY',
    ]);
    const named = text.match(/APIKEYROUTER_[A-Z_]+/g) ?? [];
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  }
});
