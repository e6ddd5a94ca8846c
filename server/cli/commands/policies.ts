import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseDocument, stringify } from 'yaml';
import type { Policy } from '../../core/policy/policy-schema.ts';
import { RouterError } from '../../core/router-error.ts';
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

/** The policies of a file. Throws `RouterError('invalid_request')` for what is none. */
function policiesIn(file: string): readonly unknown[] {
  const document = parseDocument(textOf(file), { uniqueKeys: true });
  const [fault] = document.errors;
  if (fault) throw new RouterError('invalid_request', `${file}: ${fault.message.trimEnd()}`);
  // What an alias stands for is bounded: a few lines of aliases of aliases would fill the memory.
  const value = document.toJS({ maxAliasCount: 100 }) as { version?: unknown; policies?: unknown } | null;
  if (value?.version !== 1 || !Array.isArray(value.policies)) {
    throw new RouterError(
      'invalid_request',
      `${file}: a policy file begins with "version: 1" and has a list "policies".`,
    );
  }
  return value.policies;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError('not_found', `${file} can't be read (${message}).`, { cause: error });
  }
}
