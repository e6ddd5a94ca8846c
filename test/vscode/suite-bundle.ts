import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './child-process.ts';
import { EXTENSION_FOLDER } from './paths.ts';

/** Builds the extension and the daemon as they are now. */
export async function buildProduct(): Promise<void> {
  await runToEnd(process.execPath, ['esbuild.js'], EXTENSION_FOLDER);
}

/**
 * Bundles the Mocha suite into one CommonJS file, the form that an extension host loads, and returns its path.
 * Mocha itself stays outside: it loads its parts by path.
 */
export async function buildSuite(): Promise<string> {
  const folder = path.join(import.meta.dirname, 'suite');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort();
  const loaders = files.map((name) => `() => import('./${name}')`).join(',\n  ');
  const outfile = path.join(EXTENSION_FOLDER, 'dist', 'test', 'vscode.cjs');
  await build({
    stdin: {
      contents: `import { runSuite } from './run-suite.ts';\nexport const run = () => runSuite([\n  ${loaders}\n]);\n`,
      resolveDir: folder,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha', '@copilotkit/aimock'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
