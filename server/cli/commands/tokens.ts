import { type Command, Option } from 'commander';
import type { ManagementTokenView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { duration } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';

interface CreateOptions {
  readonly role: string;
  readonly expiresIn?: number;
}

/** `apikeyrouter tokens ...` */
export function addTokensCommands(program: Command): void {
  const tokens = program.command('tokens').description('Manage the named tokens of the management API');
  tokens
    .command('create')
    .description('Create a management token; it is shown once')
    .argument('<name>', 'as the audit log names its holder')
    .addOption(
      new Option(
        '-r, --role <role>',
        '"read" looks, "operate" also switches and raises, "admin" does everything',
      )
        .choices(['read', 'operate', 'admin'])
        .default('read'),
    )
    .option('--expires-in <time>', 'e.g. 30d (default: never)', duration)
    .action(async (name: string, { role, expiresIn }: CreateOptions) => {
      const client = await daemon();
      const answer = await client.call<{ token: string }>('POST', 'management-tokens', {
        name,
        role,
        ...(expiresIn === undefined ? {} : { expiresAt: Date.now() + expiresIn }),
      });
      print(answer, `Token (shown only now): ${answer.token}`);
    });
  tokens.command('list').alias('ls').description('List management tokens by name').action(list);
  tokens
    .command('revoke')
    .description('Refuse a token from now on')
    .argument('<token>', 'id or name')
    .action(async (idOrName: string) => {
      const client = await daemon();
      const { managementTokens } = await client.call<Tokens>('GET', 'management-tokens');
      const found = managementTokens.find(
        ({ id, name, revokedAt }) => id === idOrName || (name === idOrName && revokedAt === null),
      );
      if (!found) {
        throw new RouterError(
          'not_found',
          `There is no management token "${idOrName}". List them with "apikeyrouter tokens list".`,
        );
      }
      print(await client.call<object>('DELETE', `management-tokens/${found.id}`), `Revoked ${found.name}.`);
    });
}

interface Tokens {
  readonly managementTokens: readonly ManagementTokenView[];
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<Tokens>('GET', 'management-tokens');
  if (answer.managementTokens.length === 0) {
    print(answer, "None yet. The daemon's own token is in daemon/endpoint.json of the data folder.");
    return;
  }
  const now = Date.now();
  const rows = answer.managementTokens.map((token) => [
    token.name,
    `akm-...${token.hint}`,
    token.role,
    token.revokedAt === null
      ? token.expiresAt === null
        ? 'never'
        : relativeTime(token.expiresAt, now)
      : 'revoked',
    token.id,
  ]);
  print(answer, table([['NAME', 'TOKEN', 'ROLE', 'EXPIRES', 'ID'], ...rows]));
}
