import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { RouterError } from '../../core/router-error.ts';
import { besideBundle } from '../../daemon/beside-bundle.ts';
import { readTransfer, type TransferPlace, writeTransfer } from '../../daemon/care/transfer.ts';
import { openTransfer, sealTransfer } from '../../daemon/care/transfer-format.ts';
import { chosenFolder } from '../management-client.ts';
import { placeFor } from '../move-new.ts';
import { amount, print } from '../output.ts';
import { readSecret } from '../read-secret.ts';

interface ImportOptions {
  readonly replace?: true;
  readonly check?: true;
}

/** `apikeyrouter export|import` */
export function addTransferCommands(program: Command): void {
  program
    .command('export')
    .description(
      'Write all that is configured into one encrypted file, with keys and tokens, without history',
    )
    .argument('<file>', 'where to put it; nothing is overwritten')
    .action(exportAll);
  program
    .command('import')
    .description(
      'Make an export the configuration of this machine, all of it or nothing; the daemon must not run',
    )
    .argument('<file>', 'made by "export"')
    .option('--replace', 'in the place of what is configured already; that database is kept beside')
    .option('--check', 'only say what would be imported')
    .action(importAll);
}

async function exportAll(wanted: string): Promise<void> {
  const file = placeFor(wanted)('apikeyrouter.export');
  const transfer = await readTransfer(place());
  const passphrase = await readSecret('Passphrase for the file:');
  writeFileSync(file, await sealTransfer(transfer, passphrase), { flag: 'wx', mode: 0o600 });
  const keys = transfer.registry.keys.length;
  print(
    { file, keys },
    `${file}: ${amount(keys, 'key')} and all else that is configured. Whoever knows the passphrase can use them.`,
  );
}

async function importAll(name: string, { replace, check }: ImportOptions): Promise<void> {
  const text = textOf(path.resolve(name));
  const transfer = await openTransfer(text, await readSecret('Passphrase of the file:'));
  const done = await writeTransfer(place(), transfer, { replace: replace === true, check: check === true });
  const { keys, virtualKeys, budgets, replaced } = done;
  const what = `${amount(keys, 'key')}, ${amount(virtualKeys, 'virtual key')}, ${amount(budgets, 'budget')}, policies: ${done.policies}`;
  const lines = [
    check ? `Would import ${what}.` : `Imported ${what}. Start the daemon with "apikeyrouter serve".`,
    ...(replaced ? [`The former database is ${replaced}.`] : []),
  ];
  print(done, lines.join('\n'));
}

function place(): TransferPlace {
  return { folder: chosenFolder(), env: process.env, beside: besideBundle(__dirname), now: Date.now() };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError('not_found', `${file} can't be read (${message}).`, { cause: error });
  }
}
