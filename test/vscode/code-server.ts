import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './child-process.ts';
import { CACHE_FOLDER } from './paths.ts';

/** The npm package that carries VS Code's own server: 4.139.1 is VS Code 1.139.1. */
const VERSION = '4.139.1';

/**
 * Modules with native code that come without a binary: the writer of log files (the suite reads one) and the watchdog
 * that ends the extension host with its server. Those that are not named have a binary or are not needed.
 */
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog'];

/**
 * Puts VS Code's server into the cache folder, unless a complete copy is there, and returns its folder.
 * The marker is written last: an installation that was cut off has none and is done again.
 */
export async function installCodeServer(say: (line: string) => void): Promise<string> {
  const folder = path.join(CACHE_FOLDER, `code-server-${VERSION}`);
  const server = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const marker = path.join(folder, 'complete.json');
  const wanted = JSON.stringify({ version: VERSION, node: process.versions.node, arch: process.arch });
  if (existsSync(path.join(server, 'out', 'server-main.js')) && (await readMarker(marker)) === wanted) {
    return server;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  say(`Installing VS Code's server (code-server ${VERSION}, about 600 MB) into .vscode-test`);
  say('  1/3 the package');
  await runToEnd(npm, ['install', `code-server@${VERSION}`, ...quiet], folder);
  say('  2/3 its dependencies');
  await runToEnd(npm, ['install', '--omit=dev', ...quiet], server);
  say('  3/3 its native modules');
  await runToEnd(npm, ['rebuild', ...NATIVE_MODULES, '--loglevel=error'], server);
  await writeFile(marker, wanted);
  return server;
}

async function readMarker(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
