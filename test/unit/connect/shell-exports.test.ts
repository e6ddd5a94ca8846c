import assert from 'node:assert/strict';
import { exportLines, shellOf } from '../../../server/connect/shell-exports.ts';

describe('Exports for a shell', () => {
  it('are written as each shell reads them', () => {
    const variables = { A: 'http://127.0.0.1:1/v1', B: '' };
    assert.equal(exportLines('bash', variables), "export A='http://127.0.0.1:1/v1'\nexport B=''");
    assert.equal(exportLines('zsh', variables), exportLines('bash', variables));
    assert.equal(exportLines('fish', variables), "set -gx A 'http://127.0.0.1:1/v1'\nset -gx B ''");
    assert.equal(exportLines('powershell', variables), "$env:A = 'http://127.0.0.1:1/v1'\n$env:B = ''");
  });

  it('never leave their quotes', () => {
    for (const value of ["'; rm -rf ~; '", 'a\nb']) {
      assert.throws(() => exportLines('bash', { A: value }), /The value of A can't be quoted/);
    }
  });

  it('are for the shell that asks', () => {
    assert.equal(shellOf({ SHELL: '/usr/bin/fish' }, 'linux'), 'fish');
    assert.equal(shellOf({ SHELL: '/bin/zsh' }, 'darwin'), 'zsh');
    assert.equal(shellOf({ SHELL: '/bin/sh' }, 'linux'), 'bash');
    assert.equal(shellOf({}, 'win32'), 'powershell');
  });
});
