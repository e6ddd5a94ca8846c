// Runs before every npm script, on whatever Node npm has: installs and builds what is missing or out of date,
// and else says nothing.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { outdatedBuild } from './outdated-build.mjs';
import { outdatedInstall } from './outdated-install.mjs';
import { bundledNode, runsTypeScript, TYPESCRIPT_NODE } from './project-node.mjs';
import { runNpmInstall } from './run-npm-install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await ensureInstall();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function ensureInstall() {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  if (!bundledNode(root, lock) && !runsTypeScript(process.versions.node)) {
    throw new Error(
      `This is Node ${process.versions.node}; the project needs Node ${TYPESCRIPT_NODE} or newer on ${process.platform}-${process.arch}.\n` +
        'Install it from https://nodejs.org/en/download (or with nvm, fnm, brew, winget) and run the command again.',
    );
  }
  const install = outdatedInstall(root, lock);
  if (install) {
    console.log(`${install} Installing with npm; this needs the network once.`);
    await runNpmInstall(root);
    const left = outdatedInstall(root, lock);
    if (left) throw new Error(`npm ended without an error, but: ${left} Remove node_modules and run again.`);
  }
  const build = outdatedBuild(root);
  if (build) {
    console.log(`${build} Building.`);
    runBuild(lock);
  }
}

/** @param {import('./project-node.mjs').Lock} lock */
function runBuild(lock) {
  const started = Date.now();
  const node = bundledNode(root, lock)?.file ?? process.execPath;
  const { status, error } = spawnSync(node, ['esbuild.js'], { cwd: root, stdio: 'inherit' });
  if (error) throw new Error(`The build could not start (${error.message}).`);
  if (status !== 0) throw new Error('The build failed; what is wrong stands above.');
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}
