import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installAgent } from './install-agent.ts';
import { runAgent, type AgentOptions, type AgentRun } from './run-agent.ts';

/** What a turn consumed, as `codex exec --json` reports it; counted inclusively, like the API. */
export interface CodexUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
}

interface CodexEvent {
  readonly type: string;
  readonly item?: { readonly type: string; readonly text?: string };
  readonly usage?: CodexUsage;
}

const TOKEN_VARIABLE = 'CODEX_TEST_TOKEN';

/** Asks Codex one question without a terminal. `answer` is its last message; `null` if it gave none. */
export async function runCodex(
  options: AgentOptions,
): Promise<AgentRun & { readonly answer: string | null; readonly usage: CodexUsage | null }> {
  const script = await installAgent('codex');
  const codexHome = path.join(options.home, '.codex');
  await mkdir(codexHome, { recursive: true });
  await writeFile(path.join(codexHome, 'config.toml'), configuration(options));
  const run = await runAgent({
    script,
    args: ['exec', '--skip-git-repo-check', '--json', options.prompt],
    cwd: options.cwd,
    env: {
      HOME: options.home,
      USERPROFILE: options.home,
      CODEX_HOME: codexHome,
      [TOKEN_VARIABLE]: options.token,
    },
  });
  const events = run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as CodexEvent);
  const messages = events.filter((event) => event.item?.type === 'agent_message');
  return {
    ...run,
    answer: messages.at(-1)?.item?.text ?? null,
    usage: events.findLast((event) => event.type === 'turn.completed')?.usage ?? null,
  };
}

/** JSON strings are TOML strings. */
function configuration({ baseUrl, model = 'gpt-5' }: AgentOptions): string {
  return `model = ${JSON.stringify(model)}
model_provider = "router"
check_for_update_on_startup = false
# What it runs comes from the test; a sandbox of its own would not start inside every container.
sandbox_mode = "danger-full-access"

[analytics]
enabled = false

[model_providers.router]
name = "router"
base_url = ${JSON.stringify(`${baseUrl}/v1`)}
env_key = ${JSON.stringify(TOKEN_VARIABLE)}
wire_api = "responses"
`;
}
