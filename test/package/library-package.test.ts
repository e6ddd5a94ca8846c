import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..');

/** The documentation's first pattern, with the provider's address from outside. */
const PROGRAM = `
const router = new ApiKeyRouter();
await router.registerProvider({ id: 'simulated', baseUrl: process.env.PROVIDER_URL });
await router.registerKey({ provider: 'simulated', secret: 'sk-simulated-0123456789' });
const { content, metadata } = await router.route({ model: 'gpt-5-mini', prompt: 'Hello', maxTokens: 100 });
console.log(JSON.stringify({ content, key: metadata.keyName, tokens: metadata.tokensUsed.total }));
try {
  await router.route({ model: 'gpt-5-mini', prompt: 'fail', provider: 'nobody' });
} catch (error) {
  console.log(error instanceof NoEligibleKeys, error.code);
}
await router.close();
`;
const AS_MODULE = `import { ApiKeyRouter, NoEligibleKeys } from 'apikeyrouter';\n${PROGRAM}`;
const AS_SCRIPT = `const { ApiKeyRouter, NoEligibleKeys } = require('apikeyrouter');\n(async () => {${PROGRAM}})();`;
const TYPED = `
import { ApiKeyRouter, type PolicyConfiguration, type RouteResponse } from 'apikeyrouter';
const policy: PolicyConfiguration = {
  name: 'cheap',
  type: 'cost',
  scope: { global: true },
  rules: [{ action: 'prefer_lowest_cost', maxCostPerRequest: 0.1 }],
};
const router = new ApiKeyRouter({ objective: 'cost' });
await router.configurePolicy(policy);
const response: RouteResponse = await router.route({ model: 'gpt-5-mini', prompt: 'Hello' });
const cost: number = response.metadata.costActual;
// @ts-expect-error A request without a model.
await router.route({ prompt: String(cost) });
`;
const COMPILER_OPTIONS = { strict: true, noEmit: true, target: 'es2022', skipLibCheck: false, types: [] };

describe('the packed library', () => {
  let folder: TempFolder;
  let provider: Server;
  let seen: IncomingHttpHeaders[];

  before(async function () {
    this.timeout(60_000);
    folder = await createTempFolder();
    const modules = folder.file('node_modules');
    await mkdir(modules, { recursive: true });
    await run(process.execPath, ['scripts/pack-library.mjs'], { cwd: ROOT });
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder.path], {
      cwd: path.join(ROOT, 'dist', 'library'),
      shell: process.platform === 'win32',
    });
    await run('tar', ['-xzf', stdout.trim(), '-C', modules], { cwd: folder.path });
    await rename(path.join(modules, 'package'), path.join(modules, 'apikeyrouter'));
  });

  beforeEach(async () => {
    seen = [];
    provider = createServer((request, response) => {
      seen.push(request.headers);
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            id: 'chatcmpl-1',
            object: 'chat.completion',
            created: 1,
            model: 'gpt-5-mini',
            choices: [{ index: 0, message: { role: 'assistant', content: 'Hi!' }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
          }),
        );
      });
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => new Promise((resolve) => provider.close(resolve)));

  after(() => folder.remove());

  for (const [kind, file, source] of [
    ['a module', 'program.mjs', AS_MODULE],
    ['a script', 'program.cjs', AS_SCRIPT],
  ] as const) {
    it(`serves ${kind} of plain Node with nothing else installed`, async () => {
      assert.deepEqual((await readdir(folder.file('node_modules', 'apikeyrouter'))).sort(), [
        'LICENSE',
        'README.md',
        'dist',
        'package.json',
        'types',
      ]);
      await writeFile(folder.file(file), source);
      const { port } = provider.address() as AddressInfo;
      const env = { PATH: process.env['PATH'], PROVIDER_URL: `http://127.0.0.1:${port}` };
      const { stdout, stderr } = await run(process.execPath, [folder.file(file)], { cwd: folder.path, env });
      assert.equal(
        stdout,
        '{"content":"Hi!","key":"simulated","tokens":10}\ntrue no_key_for_model\n',
        stderr,
      );
      assert.equal(stderr, '');
      assert.deepEqual(
        seen.map(({ authorization }) => authorization),
        ['Bearer sk-simulated-0123456789'],
      );
    });
  }

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`types a program with module resolution "${moduleResolution}"`, async function () {
      this.timeout(30_000);
      const place = folder.file(moduleResolution);
      const modules = path.join(place, 'node_modules');
      await mkdir(modules, { recursive: true });
      await symlink(folder.file('node_modules', 'apikeyrouter'), path.join(modules, 'apikeyrouter'));
      await cp(path.join(ROOT, 'node_modules', 'zod'), folder.file('node_modules', 'zod'), {
        recursive: true,
      });
      await writeFile(path.join(place, 'program.mts'), TYPED);
      await writeFile(
        path.join(place, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, module, moduleResolution } }),
      );
      const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const { stdout } = await run(process.execPath, [compiler, '-p', place]).catch(
        (error: { stdout: string }) => error,
      );
      assert.equal(stdout, '');
    });
  }
});
