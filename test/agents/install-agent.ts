import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A coding agent from npm. Both bring their native program as an optional dependency: no install script. */
interface Agent {
  readonly spec: string;
  /** A script for Node that starts the native program of this platform, within the installed folder. */
  readonly entry: string;
}

const AGENTS = {
  'claude-code': {
    spec: '@anthropic-ai/claude-code@2.1.330',
    entry: 'node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs',
  },
  codex: {
    spec: '@openai/codex@0.169.0',
    entry: 'node_modules/@openai/codex/bin/codex.js',
  },
} as const satisfies Record<string, Agent>;

const CACHE = path.join(import.meta.dirname, '..', '..', '.cache', 'agents');

/**
 * Installs an agent (380 MB and 410 MB unpacked) unless it is there, into a cache that git ignores. Returns
 * the script to run with Node.
 */
export async function installAgent(name: keyof typeof AGENTS): Promise<string> {
  const { spec, entry } = AGENTS[name];
  const folder = path.join(CACHE, spec.slice(1).replaceAll(/[/@]/g, '-'));
  // Written last: a folder without it is the rest of an install that was broken off.
  const marker = path.join(folder, 'installed');
  if (!existsSync(marker)) {
    console.log(`    installing ${spec} into ${folder} (once)`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
    await npmInstall(folder, spec);
    await writeFile(marker, `${spec}\n`);
  }
  return path.join(folder, entry);
}

function npmInstall(folder: string, spec: string): Promise<void> {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http', spec];
  return new Promise((resolve, reject) => {
    // On Windows npm is a batch file, which only a shell can start; nothing here comes from outside.
    const npm = spawn('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
    npm.on('error', reject);
    npm.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm install ${spec} ended with ${code}: is the registry reachable?`));
    });
  });
}
