import assert from 'node:assert/strict';
import { findKeys } from '../../../client/commands/import-keys/sources.ts';

describe('importing keys', () => {
  it('finds those in the .env files of the workspace, but not in templates', async () => {
    const found = await findKeys();
    assert.deepEqual(
      found.map(({ variable, source, secret }) => ({ variable, source, end: secret.slice(-4) })),
      [{ variable: 'OPENAI_API_KEY_2', source: '.env', end: 'AAAA' }],
    );
  });
});
