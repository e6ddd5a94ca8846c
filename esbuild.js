import { build, context } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The oldest Node that the bundles and their packages run on. An older one gets a sentence instead of a stack trace. */
const OLDEST_NODE = 22;
const guard =
  `if (parseInt(process.versions.node) < ${OLDEST_NODE}) {` +
  ` console.error("API Key Router needs Node ${OLDEST_NODE} or newer; this is " + process.versions.node +` +
  ` ". Install it from nodejs.org, or run it with npm start in a checkout."); process.exit(1); }`;

/** What runs where: the extension inside VS Code, the library in anybody's program, daemon and command line on Node. */
const bundles = [
  { entryPoints: { client: 'client/extension.ts' }, external: ['vscode'] },
  { entryPoints: { library: 'server/library/index.ts' } },
  {
    banner: { js: guard },
    entryPoints: {
      daemon: 'server/daemon/main.ts',
      cli: 'server/cli/main.ts',
      'run-daemon': 'server/daemon/run-daemon.ts',
      'checkpoint-worker': 'server/adapters/sqlite/checkpoint-worker.ts',
      'backup-worker': 'server/adapters/sqlite/backup-worker.ts',
      'report-worker': 'server/adapters/sqlite/report-worker.ts',
      'policy-worker': 'server/lsp/policies/policy-worker.ts',
    },
  },
];

/**
 * A dynamic import loads the bundle of that name beside the importing one: a command that only asks the daemon
 * does not load all of it first.
 * @type {import('esbuild').Plugin}
 */
const besides = {
  name: 'bundles beside',
  setup: (build) => {
    build.onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path: file }) =>
      kind === 'dynamic-import' ? { path: `./${path.basename(file, '.ts')}.cjs`, external: true } : null,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  define: { __VERSION__: JSON.stringify(version) },
  loader: { '.node': 'copy' },
  plugins: [besides],
  // Its main file loads its parts in a way that a bundler can't follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

copyAddons();
// One implementation for both kinds of modules, so that an error of one is an instance of the other's class.
writeFileSync('dist/library.mjs', "export * from './library.cjs';\n");
for (const bundle of bundles) {
  const settings = { ...options, ...bundle };
  if (watch) await (await context(settings)).watch();
  else await build(settings);
}

/** Native addons can't be bundled: they lie beside the bundle under fixed names. */
function copyAddons() {
  mkdirSync('dist', { recursive: true });
  const sqlite = path.join(path.dirname(require.resolve('better-sqlite3/package.json')), 'prebuilds');
  const prebuilt = path.join(sqlite, `${process.platform}-${process.arch}.node`);
  if (!existsSync(prebuilt)) {
    throw new Error(`better-sqlite3 has no prebuilt binary for ${process.platform}-${process.arch}`);
  }
  cpSync(prebuilt, 'dist/better_sqlite3.node');
  const keyring = keyringAddon();
  if (keyring) cpSync(keyring, 'dist/keyring.node');
}

/** The keychain's addon comes as an optional package a platform; without it secrets are sealed by a key file. */
function keyringAddon() {
  const folder = path.join('node_modules', '@napi-rs');
  const prefix = `keyring-${process.platform}-${process.arch}`;
  const found = readdirSync(folder).find((name) => name.startsWith(prefix) && !name.includes('musl'));
  if (!found) return null;
  const file = readdirSync(path.join(folder, found)).find((name) => name.endsWith('.node'));
  return file ? path.join(folder, found, file) : null;
}
