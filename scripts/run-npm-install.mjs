import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const OFFLINE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b/;
/** Blank lines, stack traces and the members of npm's error object. */
const NOISE = /^(npm error)?\s*$|^npm error\s+(at |[}\w]+: |\})/;
const DISK_FULL = /\b(ENOSPC)\b/;
/** Without a package for this long, something is wrong: npm itself says nothing before its last retry. */
const SILENCE_MS = 10_000;
/** npm's own waits would keep a person without a network waiting for more than a minute. */
const RETRIES = ['--fetch-retries=3', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];
const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--progress=false'];

/**
 * Installs what the lock file says, with progress on a terminal. Rejects with what to do about it.
 * @param {string} root
 */
export async function runNpmInstall(root) {
  const started = Date.now();
  const progress = showProgress(root, started);
  const { code, said } = await npm(root, installArguments(root)).finally(() => progress.stop());
  if (code === 0) {
    console.log(`Installed ${countPackages(root)} packages in ${seconds(started)} s.`);
    return;
  }
  throw new Error(`npm could not install the dependencies.\n${advice(said)}`);
}

/**
 * `npm ci` deletes node_modules first, which Windows refuses while a Node in there runs this very script.
 * @param {string} root
 */
function installArguments(root) {
  const inside = process.execPath.startsWith(path.join(root, 'node_modules'));
  const how = process.platform === 'win32' && inside ? ['install', '--no-save'] : ['ci'];
  return [...how, '--prefer-offline', ...RETRIES, ...QUIET];
}

/**
 * Runs the npm that runs this script, on its own Node.
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, said: string }>}
 */
function npm(root, args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const known = script && path.basename(script).startsWith('npm');
  const child = known
    ? spawn(node ?? process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', [...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: onWindows() });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  }
  // Left to itself, npm goes on for long after an interrupt, and into the next install.
  const interrupt = () => {
    child.kill('SIGKILL');
    console.log(`${clearLine()}Interrupted: the next run starts the install over.`);
    process.exit(130);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  child.once('close', () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** npm is a batch file there. */
function onWindows() {
  return process.platform === 'win32';
}

/**
 * @param {string} root
 * @param {number} started
 */
function showProgress(root, started) {
  let last = { count: 0, at: started, warned: false };
  const timer = setInterval(() => {
    const count = countPackages(root);
    if (count !== last.count) last = { count, at: Date.now(), warned: last.warned };
    const silent = Date.now() - last.at > SILENCE_MS;
    if (silent && !last.warned) {
      last = { ...last, warned: true };
      console.log(`${clearLine()}No package has arrived for ${SILENCE_MS / 1000} s. Is this machine online?`);
    }
    if (process.stdout.isTTY) {
      process.stdout.write(`${clearLine()}  ${count} packages so far, ${seconds(started)} s`);
    }
  }, 200);
  return {
    stop: () => {
      clearInterval(timer);
      process.stdout.write(clearLine());
    },
  };
}

function clearLine() {
  return process.stdout.isTTY ? '\r\u001b[K' : '';
}

/**
 * Packages that npm has unpacked so far.
 * @param {string} root
 * @returns {number}
 */
function countPackages(root) {
  let count = 0;
  for (const name of list(path.join(root, 'node_modules'))) {
    if (name.startsWith('.')) continue;
    const folder = path.join(root, 'node_modules', name);
    const packages = name.startsWith('@') ? list(folder).map((part) => path.join(folder, part)) : [folder];
    count += packages.filter((place) => list(place).includes('package.json')).length;
  }
  return count;
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {number} started */
function seconds(started) {
  return Math.round((Date.now() - started) / 1000);
}

/**
 * What to do about npm's errors, and what it said.
 * @param {string} said
 */
function advice(said) {
  const registry = process.env['npm_config_registry'] ?? '';
  const lines = said.split('\n').filter((line) => !NOISE.test(line));
  const quoted = lines
    .slice(0, 8)
    .map((line) => `  ${line}`)
    .join('\n');
  if (OFFLINE.test(said)) {
    return (
      `npm's registry${registry && ` ${registry}`} does not answer: this machine is offline, or behind a proxy or firewall.\n` +
      'Connect it (a proxy is set with "npm config set proxy http://HOST:PORT") and run the command again.\n' +
      `npm said:\n${quoted}`
    );
  }
  if (DISK_FULL.test(said)) return `The disk is full: about 500 MB are needed.\nnpm said:\n${quoted}`;
  return `npm said:\n${quoted}`;
}
