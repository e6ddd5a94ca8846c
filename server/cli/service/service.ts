import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RouterError } from '../../core/router-error.ts';
import { type CommandLine, MARK, type ServicePlan } from './service-plan.ts';

/** Runs a program of the system to its end. */
export type RunCommand = (command: CommandLine) => Promise<{ readonly ok: boolean; readonly said: string }>;

const COMMAND_MS = 30_000;
/** UTF-16 files tell their byte order. */
const BYTE_ORDER_MARK = '\uFEFF';

export const runCommand: RunCommand = ([program, ...args]) =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: COMMAND_MS, windowsHide: true }, (error, out, err) => {
      const missing = (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
      const said = missing ? `${program} is not there.` : `${err}${out}`.trim().slice(0, 500);
      resolve({ ok: error === null, said });
    });
  });

/** Whether there is a service file, and whose. */
export function ownership(plan: ServicePlan): 'none' | 'ours' | 'foreign' {
  try {
    return readFileSync(plan.file, plan.encoding).includes(MARK) ? 'ours' : 'foreign';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'none';
    throw error;
  }
}

/** Writes the file and has the system know it. Throws `RouterError`: `conflict` where somebody else's file is, `internal`. */
export async function install(plan: ServicePlan, run: RunCommand): Promise<void> {
  const before = ownership(plan);
  if (before === 'foreign') throw foreign(plan);
  // Of a task that is there already a second one is refused.
  if (before === 'ours') for (const command of plan.disable) await run(command);
  mkdirSync(path.dirname(plan.file), { recursive: true });
  const mark = plan.encoding === 'utf16le' ? BYTE_ORDER_MARK : '';
  writeFileSync(plan.file, `${mark}${plan.text}`, { encoding: plan.encoding, mode: 0o600 });
  for (const command of plan.enable) {
    const { ok, said } = await run(command);
    if (ok) continue;
    rmSync(plan.file, { force: true });
    throw new RouterError(
      'internal',
      `"${command.join(' ')}" failed: ${said} Nothing was installed. "apikeyrouter service install --print" shows what would be.`,
    );
  }
}

/** Ends the service and removes its file; `none` if there was none. Throws `RouterError('conflict')` as `install` does. */
export async function uninstall(plan: ServicePlan, run: RunCommand): Promise<'none' | 'removed'> {
  const before = ownership(plan);
  if (before === 'none') return 'none';
  if (before === 'foreign') throw foreign(plan);
  for (const command of plan.disable) await run(command);
  rmSync(plan.file, { force: true });
  for (const command of plan.forget) await run(command);
  return 'removed';
}

function foreign({ file }: ServicePlan): RouterError {
  return new RouterError(
    'conflict',
    `${file} was not written by this program. Move it away, then try again.`,
  );
}
