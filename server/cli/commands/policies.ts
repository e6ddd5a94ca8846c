import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { Policy } from '../../core/policy/policy-schema.ts';
import { RouterError } from '../../core/router-error.ts';
import { type DiagnosticFormat, FORMATS, formatFindings } from '../diagnostic-formats.ts';
import { findDaemon } from '../find-daemon.ts';
import { daemon } from '../launch-daemon.ts';
import { chosenFolder, ManagementClient } from '../management-client.ts';
import { type CheckedFile, checkFile } from '../policy-check.ts';
import { EXIT, isForPrograms, print, table } from '../output.ts';

/** `apikeyrouter policies ...` */
export function addPoliciesCommands(program: Command): void {
  const policies = program
    .command('policies')
    .description('Manage the rules by which keys and models are chosen');
  policies.command('list').alias('ls').description('List the policies that hold').action(list);
  policies
    .command('show')
    .description('Print policies as a file')
    .argument('[name]', 'all if left out')
    .action(show);
  policies
    .command('check')
    .description('Say whether files are valid; nothing changes. Exit code 1 for errors')
    .argument('<file...>', 'YAML or JSON')
    .addOption(
      new Option('-f, --format <format>', 'how to write what is found').choices(FORMATS).default('text'),
    )
    .option(
      '--offline',
      "don't ask the running daemon which keys and models there are, nor run the files' tests",
    )
    .option('--strict', 'take warnings for errors')
    .action(check);
  policies
    .command('apply')
    .description(
      'Put the policies of files in the place of all that hold; if one is not valid, nothing changes',
    )
    .argument('<file...>', 'YAML or JSON')
    .action(apply);
  policies
    .command('remove')
    .alias('rm')
    .description('Remove a policy')
    .argument('<name>', 'name from the list')
    .action(async (name: string) => {
      const client = await daemon();
      print(await client.call<object>('DELETE', `policies/${encodeURIComponent(name)}`), `Removed ${name}.`);
    });
}

interface CheckOptions {
  readonly format: DiagnosticFormat;
  readonly offline?: true;
  readonly strict?: true;
}

async function check(names: readonly string[], { format, offline, strict }: CheckOptions): Promise<void> {
  const endpoint = offline ? null : await findDaemon(chosenFolder());
  const client = endpoint && new ManagementClient(endpoint);
  const files: CheckedFile[] = [];
  for (const name of names) files.push(await checkFile(name, textOf(name), client));
  console.log(formatFindings(files, isForPrograms() ? 'json' : format));
  const found = files.flatMap(({ diagnostics }) => diagnostics);
  if (found.some(({ severity }) => severity === 'error' || strict)) process.exitCode = EXIT.failed;
}

async function apply(names: readonly string[]): Promise<void> {
  const client = await daemon();
  const files: CheckedFile[] = [];
  for (const name of names) files.push(await checkFile(name, textOf(name), client));
  const wrong = files.filter(({ content }) => content === null);
  if (wrong.length > 0) {
    const said = isForPrograms()
      ? `${wrong.map(({ file }) => file).join(', ')} can't be applied.`
      : 'Nothing was changed.';
    if (!isForPrograms()) console.error(formatFindings(wrong, 'text'));
    throw new RouterError('invalid_request', `${said} See "apikeyrouter policies check".`);
  }
  const answer = await client.call<{ policies: readonly Policy[] }>('PUT', 'policies', {
    policies: files.flatMap(({ content }) => content?.policies ?? []),
  });
  print(answer, `Now hold: ${answer.policies.map(({ name }) => name).join(', ') || 'none'}.`);
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<{ policies: readonly Policy[] }>('GET', 'policies');
  if (answer.policies.length === 0) {
    print(answer, 'No policies yet. Write some into a file, then "apikeyrouter policies apply FILE".');
    return;
  }
  const rows = answer.policies.map(({ name, type, priority, enabled, scope, rules }) => [
    name,
    type,
    String(priority),
    enabled ? '' : 'no',
    Object.entries(scope)
      .map(([field, value]) => (value === true ? field : `${field}=${value}`))
      .join(' '),
    rules.map(({ action }) => action).join(', '),
  ]);
  print(answer, table([['NAME', 'TYPE', 'PRIORITY', 'ENABLED', 'SCOPE', 'RULES'], ...rows]));
}

async function show(name: string | undefined): Promise<void> {
  const client = await daemon();
  const policies =
    name === undefined
      ? (await client.call<{ policies: readonly Policy[] }>('GET', 'policies')).policies
      : [await client.call<Policy>('GET', `policies/${encodeURIComponent(name)}`)];
  print({ version: 1, policies }, stringify({ version: 1, policies }).trimEnd());
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError('not_found', `${file} can't be read (${message}).`, { cause: error });
  }
}
