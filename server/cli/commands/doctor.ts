import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { EndpointRecord } from '../../../shared/endpoint.ts';
import type { KeyView, ProviderView, StateView } from '../../../shared/model/views.ts';
import { besideBundle } from '../../daemon/beside-bundle.ts';
import { databaseCondition } from '../../daemon/care/inspect-folder.ts';
import type { Finding, Patient } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { findDaemon } from '../find-daemon.ts';
import { chosenFolder, ManagementClient } from '../management-client.ts';
import { EXIT, print } from '../output.ts';

interface DoctorOptions {
  readonly fix?: true;
  readonly online?: true;
}

/** A finding for people and programs, once it was repaired or not. */
interface Line {
  readonly check: string;
  readonly verdict: Finding['verdict'] | 'fixed';
  readonly text: string;
  readonly remedy: string | null;
}

/** `apikeyrouter doctor` */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look for what is wrong, and say what to do; exit code 1 if something is')
    .option('--fix', 'repair what nothing can be lost by: modes of files, a left-over endpoint file')
    .option('--online', 'ask a provider for the time')
    .action(doctor);
}

async function doctor({ fix, online }: DoctorOptions): Promise<void> {
  const folder = chosenFolder();
  const beside = besideBundle(__dirname);
  const endpoint = await findDaemon(folder);
  const patient = await examine(folder, { endpoint, online: online === true, beside });
  const lines: Line[] = [];
  for (const { name, look } of CHECKS) {
    for (const finding of await look(patient)) lines.push(settle(name, finding, fix === true));
  }
  const healthy = lines.every(({ verdict }) => verdict !== 'wrong');
  if (!healthy) process.exitCode = EXIT.failed;
  print({ healthy, findings: lines }, lines.map(lineText).join('\n'));
}

async function examine(
  folder: string,
  rest: Pick<Patient, 'endpoint' | 'online' | 'beside'>,
): Promise<Patient> {
  return {
    folder,
    env: process.env,
    now: Date.now(),
    daemon: await ask(rest.endpoint),
    database: databaseCondition(folder, rest.beside),
    ...rest,
  };
}

async function ask(endpoint: EndpointRecord | null): Promise<Patient['daemon']> {
  if (!endpoint) return { kind: 'none' };
  try {
    const client = new ManagementClient(endpoint);
    const state = await client.call<StateView>('GET', 'state');
    const { keys, providers } = await client.call<{
      readonly keys: readonly KeyView[];
      readonly providers: readonly ProviderView[];
    }>('GET', 'keys');
    return { kind: 'answers', state, keys, providers };
  } catch (error) {
    return { kind: 'silent', message: error instanceof Error ? error.message : String(error) };
  }
}

function settle(check: string, { verdict, text, remedy, repair }: Finding, fix: boolean): Line {
  if (!fix || !repair) return { check, verdict, text, remedy: remedy ?? null };
  repair();
  return { check, verdict: 'fixed', text, remedy: null };
}

function lineText({ check, verdict, text, remedy }: Line): string {
  const marks = { ok: '+', note: '-', wrong: '!', fixed: '*' } as const;
  const mark = verdict === 'wrong' ? styleText('red', marks.wrong) : marks[verdict];
  const advice = remedy === null ? '' : `\n    ${remedy}`;
  return `${mark} ${check}: ${text}${verdict === 'fixed' ? ' Repaired.' : ''}${advice}`;
}
