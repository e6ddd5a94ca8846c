// Puts the npm package together in dist/library: the bundle, its types and a manifest of its own, since the
// project's manifest is the extension's. `npm pack dist/library` makes the file that npm publishes.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'dist', 'library');

rmSync(target, { recursive: true, force: true });
mkdirSync(path.join(target, 'dist'), { recursive: true });
for (const file of ['library.cjs', 'library.mjs']) {
  cpSync(path.join(root, 'dist', file), path.join(target, 'dist', file));
}
cpSync(path.join(root, 'LICENSE'), path.join(target, 'LICENSE'));
cpSync(path.join(root, 'docs', 'library.md'), path.join(target, 'README.md'));
const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.library.json'], { cwd: root, stdio: 'inherit' });
for (const file of ['library.d.mts', 'library.d.cts']) {
  writeFileSync(path.join(target, 'dist', file), "export * from '../types/server/library/index.js';\n");
}
writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);

/** What npm has to know: nothing but the types' own package is needed beside the bundle. */
function manifest() {
  const { name, version, description, keywords, license, exports, dependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const { import: forImport, require: forRequire } = exports['.'];
  return {
    name,
    version,
    description,
    keywords,
    license,
    engines: { node: '>=22' },
    exports: { '.': { import: forImport, require: forRequire }, './package.json': './package.json' },
    main: './dist/library.cjs',
    types: './dist/library.d.cts',
    sideEffects: false,
    files: ['dist', 'types'],
    dependencies: { zod: dependencies.zod },
  };
}
