import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Policy } from '../../core/policy/policy-schema.ts';
import { RouterError } from '../../core/router-error.ts';
import { policiesOf } from '../../policy-language/policy-file.ts';
import { daemon } from '../launch-daemon.ts';
import { amount, print, table } from '../output.ts';

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
    .description('Say whether files are valid; nothing changes')
    .argument('<file...>', 'YAML or JSON')
    .action(async (files: readonly string[]) => {
      const answer = await (await daemon()).call<{ count: number }>('POST', 'policies/check', {
        policies: files.flatMap(policiesIn),
      });
      print(answer, `${amount(answer.count, 'valid policy').replace('policys', 'policies')}.`);
    });
  policies
    .command('apply')
    .description(
      'Put the policies of files in the place of all that hold; if one is not valid, nothing changes',
    )
    .argument('<file...>', 'YAML or JSON')
    .action(async (files: readonly string[]) => {
      const answer = await (await daemon()).call<{ policies: readonly Policy[] }>('PUT', 'policies', {
        policies: files.flatMap(policiesIn),
      });
      print(answer, `Now hold: ${answer.policies.map(({ name }) => name).join(', ') || 'none'}.`);
    });
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

function policiesIn(file: string): readonly unknown[] {
  return policiesOf(textOf(file), file);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError('not_found', `${file} can't be read (${message}).`, { cause: error });
  }
}
