import { installAgent } from './install-agent.ts';
import { runAgent, type AgentOptions, type AgentRun } from './run-agent.ts';

/** What `claude --output-format json` prints, as far as it matters here. */
export interface ClaudeResult {
  readonly result: string;
  readonly is_error: boolean;
  readonly session_id: string;
  readonly num_turns: number;
  /** Worked out by the client from its own price list. */
  readonly total_cost_usd: number;
  readonly modelUsage: Readonly<Record<string, { readonly costUSD: number }>>;
}

/** Asks Claude Code one question without a terminal, and returns its account of the session. */
export async function runClaude(
  options: AgentOptions,
): Promise<AgentRun & { readonly answer: ClaudeResult }> {
  const model = options.model === undefined ? [] : ['--model', options.model];
  const run = await runAgent({
    script: await installAgent('claude-code'),
    // Nobody is there to be asked whether it may write in its folder, which is the test's own.
    args: ['-p', options.prompt, '--output-format', 'json', '--permission-mode', 'acceptEdits', ...model],
    cwd: options.cwd,
    env: {
      HOME: options.home,
      USERPROFILE: options.home,
      ANTHROPIC_BASE_URL: options.baseUrl,
      ANTHROPIC_API_KEY: options.token,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
    },
  });
  if (!run.stdout.trimStart().startsWith('{')) {
    throw new Error(`claude ended with ${run.exitCode}: ${run.stdout}${run.stderr}`);
  }
  return { ...run, answer: JSON.parse(run.stdout) as ClaudeResult };
}
