import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import { Cli } from '../cli/cli.ts';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { modelListing, openaiResponses } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { installAgent } from './install-agent.ts';
import { readTraces } from './read-traces.ts';
import { type AgentRun, runAgent } from './run-agent.ts';

const USAGE: TokenUsage = { ...NO_USAGE, inputTokens: 12, outputTokens: 3 };
const PROMPT = 'What is the capital of France?';
/** Of another provider's account: must not be used once the tool is connected. */
const OWN_KEY = `sk-ant-api03-${'z9Y8'.repeat(24)}`;

/** As Claude Code writes it (https://code.claude.com/docs/en/settings), with a key of the user's own. */
const CLAUDE_SETTINGS = `{
   "$schema": "https://json.schemastore.org/claude-code-settings.json",
   "env": { "ANTHROPIC_API_KEY": "${OWN_KEY}", "DISABLE_TELEMETRY": "1" },
   "permissions": {
      "allow": ["Bash(npm run lint)"]
   }
}
`.replaceAll('\n', '\r\n');

/** After https://developers.openai.com/codex/config-sample, with what an isolated run needs. */
const CODEX_CONFIG = `# Codex configuration
model = "gpt-5"   # best for me
model_provider = "openai"

check_for_update_on_startup = false
sandbox_mode = "danger-full-access"

[analytics]
  enabled = false
`;

describe('Agents connected by the command alone', function () {
  this.timeout(120_000);
  let cli: Cli;
  let work: TempFolder;
  let upstream: ScriptedUpstream;
  let daemon: DaemonProcess;

  before(async function () {
    this.timeout(600_000);
    await installAgent('claude-code');
    await installAgent('codex');
  });
  beforeEach(async () => {
    cli = await Cli.create();
    work = await createTempFolder();
    upstream = await ScriptedUpstream.start();
    daemon = await DaemonProcess.start(cli.data);
  });
  afterEach(async () => {
    await daemon.stop();
    await cli.dispose();
    await upstream.stop();
    await work.remove();
  });

  async function addProvider(kind: 'anthropic' | 'openai', models: readonly string[]): Promise<void> {
    upstream
      .on({ path: '/v1/models' }, modelListing(models))
      .on({ path: '/v1/messages' }, anthropicMessages({ text: ['Par', 'is'], usage: USAGE }))
      .on({ path: '/v1/responses' }, openaiResponses({ text: ['Par', 'is'], usage: USAGE }));
    await daemon.api('POST', '/providers', { id: kind, kind, name: kind, baseUrl: upstream.url });
    const secret =
      kind === 'anthropic' ? `sk-ant-api03-${'a1B2'.repeat(24)}` : `sk-proj-${'a1B2'.repeat(24)}`;
    await daemon.api('POST', '/keys', { providerId: kind, name: kind, secret });
  }

  /** Nothing but a home, and what is said of the shell: address and key come from the files that the command wrote. */
  async function runPlain(
    agent: 'claude-code' | 'codex',
    args: readonly string[],
    shell: Readonly<Record<string, string>> = {},
  ): Promise<AgentRun> {
    const home = cli.folder.path;
    const script = await installAgent(agent);
    const quiet = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' };
    const env = { HOME: home, USERPROFILE: home, ...quiet, ...shell };
    return runAgent({ script, args, cwd: work.path, env });
  }

  async function userFile(text: string, ...names: readonly string[]): Promise<string> {
    const file = cli.folder.file(...names);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  /** All requests came from the tool with its own key. */
  async function assertUsedBy(tool: string, project: string | undefined): Promise<void> {
    const traces = await readTraces(daemon);
    assert.ok(traces.length > 0);
    for (const trace of traces) {
      assert.equal(trace.outcome, 'succeeded');
      assert.deepEqual([trace.caller.tool, trace.caller.project], [tool, project]);
    }
    assert.ok(upstream.requests.every((request) => request.key !== OWN_KEY));
  }

  it('Claude Code runs, although settings and shell have another key, and has its settings back afterwards', async () => {
    const settings = await userFile(CLAUDE_SETTINGS, '.claude', 'settings.json');
    await addProvider('anthropic', ['claude-haiku-4-5', 'claude-opus-5-5', 'claude-sonnet-5']);
    const connected = await cli.run(['connect', 'claude-code', '--model', 'claude-sonnet-5', '--verify']);
    assert.equal(connected.code, 0, connected.err);
    assert.match(connected.out, /replaced env\.ANTHROPIC_API_KEY/);
    assert.match(connected.out, /is this daemon/);
    assert.match(connected.out, /claude-sonnet-5 answered through anthropic-messages/);

    const args = ['-p', PROMPT, '--output-format', 'json'];
    const run = await runPlain('claude-code', args, { ANTHROPIC_API_KEY: OWN_KEY });
    const answer = JSON.parse(run.stdout) as { result: string; modelUsage: Record<string, object> };
    assert.equal(answer.result, 'Paris', run.stdout + run.stderr);
    assert.ok(!/conflict/i.test(run.stderr), run.stderr);
    assert.ok('claude-sonnet-5' in answer.modelUsage);
    await assertUsedBy('claude-code', undefined);

    assert.equal((await cli.run(['disconnect', 'claude-code'])).code, 0);
    assert.equal(await readFile(settings, 'utf8'), CLAUDE_SETTINGS);
  });

  it('Claude Code runs with a key of its own in one project', async () => {
    await addProvider('anthropic', ['claude-haiku-4-5', 'claude-opus-5-5', 'claude-sonnet-5']);
    const { code, err } = await cli.run(['connect', 'claude-code', '--project', work.path]);
    assert.equal(code, 0, err);

    const run = await runPlain('claude-code', ['-p', PROMPT, '--output-format', 'json']);
    assert.equal((JSON.parse(run.stdout) as { result: string }).result, 'Paris', run.stdout + run.stderr);
    await assertUsedBy('claude-code', path.basename(work.path));

    assert.equal((await cli.run(['disconnect', 'claude-code', '--project', work.path])).code, 0);
    await assert.rejects(readFile(work.file('.claude', 'settings.local.json')), { code: 'ENOENT' });
  });

  it('Codex runs, and has its configuration back afterwards', async () => {
    const config = await userFile(CODEX_CONFIG, '.codex', 'config.toml');
    await addProvider('openai', ['gpt-5', 'gpt-5-mini']);
    const connected = await cli.run(['connect', 'codex', '--verify']);
    assert.equal(connected.code, 0, connected.err);
    assert.match(connected.out, /gpt-5-mini answered through openai-responses/);
    assert.match(await readFile(config, 'utf8'), /^model = "gpt-5" {3}# best for me$/m);

    const args = ['exec', '--skip-git-repo-check', '--json', PROMPT];
    const run = await runPlain('codex', args);
    assert.match(run.stdout, /"text":"Paris"/, run.stdout + run.stderr);
    await assertUsedBy('codex', undefined);

    assert.equal((await cli.run(['disconnect', 'codex'])).code, 0);
    assert.equal(await readFile(config, 'utf8'), CODEX_CONFIG);
  });
});
