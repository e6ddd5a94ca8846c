import assert from 'node:assert/strict';
import { violations } from './check.ts';
import { readSource } from './source-file.ts';
import { tokenize } from './tokens.ts';

function broken(path: string, text: string): readonly string[] {
  return violations([readSource(path, text)]);
}

describe('the check of the architecture', () => {
  const cases: readonly (readonly [what: string, path: string, text: string, found: string])[] = [
    ['a package in the model', 'shared/model/a.ts', "import { z } from 'zod';", ':1 imports zod'],
    ['the model leaving its folder', 'shared/model/a.ts', "import '../rpc/b.ts';", ':1 imports ../rpc/b.ts'],
    ['Node in the core', 'server/core/a.ts', "import fs from 'node:fs';", ':1 imports node:fs'],
    ['zod outside of a schema', 'server/core/a.ts', "import * as z from 'zod';", ':1 imports zod'],
    [
      'a type of an adapter in the core',
      'server/core/key/a.ts',
      "import type { B } from '../../adapters/memory/b.ts';",
      ':1 imports ../../adapters/memory/b.ts',
    ],
    [
      'a provider in a codec',
      'server/protocol/a.ts',
      "export { b } from '../providers/b.ts';",
      ':1 imports ../providers/b.ts',
    ],
    [
      'a use case in a codec',
      'server/protocol/a.ts',
      "import { Router } from '../core/router/router.ts';",
      ':1 imports ../core/router/router.ts',
    ],
    [
      'a second technology in an adapter',
      'server/adapters/sqlite/a.ts',
      "import { Pool } from 'undici';",
      ':1 imports undici',
    ],
    [
      'an adapter within another',
      'server/adapters/undici/a.ts',
      "import { b } from '../pino/b.ts';",
      ':1 imports ../pino/b.ts',
    ],
    [
      'an adapter in the listener',
      'server/http/a.ts',
      "import { b } from '../adapters/memory/b.ts';",
      ':1 imports ../adapters/memory/b.ts',
    ],
    ['the editor in the listener', 'server/http/a.ts', "import '../lsp/b.ts';", ':1 imports ../lsp/b.ts'],
    ['the listener in the editor', 'server/lsp/a.ts', "import '../http/b.ts';", ':1 imports ../http/b.ts'],
    [
      'an adapter in the daemon, outside of its composition',
      'server/daemon/a.ts',
      "import { b } from '../adapters/memory/b.ts';",
      ':1 imports ../adapters/memory/b.ts',
    ],
    [
      'the server in the client',
      'client/a.ts',
      "import '../server/core/b.ts';",
      ':1 imports ../server/core/b.ts',
    ],
    [
      'the client in the server',
      'server/cli/a.ts',
      "import '../../client/b.ts';",
      ':1 imports ../../client/b.ts',
    ],
    ['VS Code in the server', 'server/lsp/a.ts', "import * as vscode from 'vscode';", ':1 imports vscode'],
    ['a dynamic import', 'client/a.ts', "const x = await import('zod');", ':1 imports zod'],
    ['a dynamic import of a variable', 'client/a.ts', 'await import(name);', ':1 imports ?'],
    ['a require', 'client/a.ts', "const x = require('zod');", ':1 imports zod'],
    [
      'an import over several lines',
      'client/a.ts',
      "import {\n  type A,\n  b as c,\n} from\n  'zod';",
      ':1 imports zod',
    ],
    ['a folder without a rule', 'server/new/a.ts', '', ' lies where no rule says what it may import'],
    ['a default export', 'client/a.ts', 'export default 1;', ':1 exports a default'],
    [
      'a default export by name',
      'client/a.ts',
      'const a = 1;\nexport { a as default };',
      ':2 exports a default',
    ],
    ['a barrel', 'client/a.ts', "export * from './b.ts';", ':1 is a barrel'],
    ['the time of the machine', 'server/core/a.ts', 'const now = Date.now();', ':1 uses Date . now'],
    ['a date of now', 'server/core/a.ts', 'const now = new Date();', ':1 uses new Date ( )'],
    ['chance', 'shared/model/a.ts', 'const x = `${Math.random()}`;', ':1 uses Math . random'],
    ['the process', 'server/core/a.ts', "const x = process.env['A'];", ':1 uses process .'],
    ['a timer', 'server/core/a.ts', 'setTimeout(run, 5);', ':1 uses setTimeout ('],
    ['an interval', 'server/core/a.ts', 'setInterval(run, 5);', ':1 uses setInterval ('],
    ['an empty name', 'client/key-utils.ts', '', ' has a name that says nothing'],
    ['an empty folder name', 'client/common/a.ts', '', ' has a name that says nothing'],
    ['a long file', 'client/a.ts', 'x;\n'.repeat(401), ' has 401 lines'],
  ];
  for (const [what, path, text, found] of cases) {
    it(`finds ${what}`, () => assert.deepEqual(broken(path, text), [`${path}${found}`]));
  }

  it('allows what the rules allow', () => {
    assert.deepEqual(broken('server/core/input-schemas.ts', "import { z } from 'zod';"), []);
    assert.deepEqual(broken('server/core/a.ts', "import type { B } from './key/b.ts';\nnew Date(5);"), []);
    assert.deepEqual(broken('client/a.ts', "import { x } from 'vscode-languageclient/node';"), []);
    assert.deepEqual(broken('client/a.ts', "import fs from 'node:fs/promises';\nprocess.exit();"), []);
    assert.deepEqual(broken('server/core/a.ts', 'clock.setTimeout(5); job.process.run();'), []);
  });

  it('takes neither comments nor strings nor regular expressions for code', () => {
    const text = [
      "// import { z } from 'zod';",
      '/* export default */',
      'const a = "import(\'zod\')";',
      "const b = `import 'zod'; ${`export * from 'x'`} Date.now()`;",
      "const c = /import 'zod'|\\/[/'\"]/.test(a);",
      'const d = { from: 1, import: 2, default: 3 };',
      'const e = 6 / 2 / 1;',
    ].join('\n');
    assert.deepEqual(broken('server/core/a.ts', text), []);
  });

  it('keeps count of lines over templates and comments', () => {
    const tokens = tokenize('/* a\n b */\n`x\n${y\n}`\nlast');
    assert.deepEqual(tokens.at(-1), { kind: 'word', text: 'last', line: 6 });
  });
});
