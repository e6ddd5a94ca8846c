import { type Command, Option } from 'commander';
import type { ConnectionRecord } from '../../connect/connection-record.ts';
import { ConnectionRecords } from '../../connect/connection-records.ts';
import { exportLines, SHELLS, type Shell, shellOf } from '../../connect/shell-exports.ts';
import { openaiUrl, type Tool, type Wiring } from '../../connect/tool.ts';
import { toolById } from '../../connect/tools.ts';
import { RouterError } from '../../core/router-error.ts';
import { toolKey } from '../connect/tool-key.ts';
import { daemon } from '../launch-daemon.ts';
import { chosenFolder } from '../management-client.ts';
import { print } from '../output.ts';

const HELP = `
In a shell's start file, or once:
  bash, zsh    eval "$(apikeyrouter env)"
  fish         apikeyrouter env --shell fish | source
  PowerShell   apikeyrouter env --shell powershell | Out-String | Invoke-Expression`;

/** `apikeyrouter env` */
export function addEnvCommand(program: Command): void {
  program
    .command('env')
    .description('Print lines that point the tools of a shell at the router')
    .argument('[tool]', "a tool that reads variables (default: those of the providers' SDKs)")
    .addOption(
      new Option('--shell <shell>', 'the shell that reads the lines (default: yours)').choices(SHELLS),
    )
    .addHelpText('after', HELP)
    .action(env);
}

async function env(id: string | undefined, options: { readonly shell?: Shell }): Promise<void> {
  const variablesOf = id === undefined ? sdkVariables : shellVariables(toolById(id));
  const client = await daemon();
  const records = new ConnectionRecords(chosenFolder());
  const kept = `env${id === undefined ? '' : `-${id}`}`;
  const url = `http://127.0.0.1:${client.endpoint.port}`;
  const before = records.find(kept, null);
  const key = await toolKey(client, before, { name: kept, tool: id ?? 'shell', project: null });
  const wiring: Wiring = { url, token: key.token ?? '', model: null, models: [] };
  // Kept, so that each new shell gets the same key.
  if (key.isNew) records.save(recordOf(kept, key.id, wiring));
  const shell = options.shell ?? shellOf(process.env, process.platform);
  const variables = variablesOf(wiring);
  print({ shell, variables }, exportLines(shell, variables));
}

/** Throws `RouterError` for a tool that would not read them. */
function shellVariables({ id, name, variables }: Tool): Tool['variables'] {
  if (Object.keys(variables({ url: '', token: '', model: null, models: [] })).length > 0) return variables;
  throw new RouterError(
    'invalid_request',
    `${name} reads no such variables. Use "apikeyrouter connect ${id}".`,
  );
}

function recordOf(tool: string, virtualKeyId: string, { url, token }: Wiring): ConnectionRecord {
  const nothing = { project: null, model: null, files: [] };
  return { version: 1, tool, virtualKeyId, token, url, connectedAt: Date.now(), ...nothing };
}

/** What the SDKs of OpenAI, Anthropic and Google read. */
function sdkVariables(wiring: Wiring): Readonly<Record<string, string>> {
  const { url, token } = wiring;
  return {
    OPENAI_BASE_URL: openaiUrl(wiring),
    OPENAI_API_KEY: token,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: token,
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: token,
  };
}
