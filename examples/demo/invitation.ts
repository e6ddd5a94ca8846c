import { paint, say } from './screen.ts';

/** How to point a tool at the daemon that goes on serving. */
export function printInvitation(url: string, token: string, home: string): void {
  const rows = [
    ['OpenAI SDKs', [`OPENAI_BASE_URL=${url}/v1`, `OPENAI_API_KEY=${token}`]],
    ['Anthropic SDKs', [`ANTHROPIC_BASE_URL=${url}`, `ANTHROPIC_API_KEY=${token}`]],
    ['Claude Code', [`ANTHROPIC_BASE_URL=${url} \\`, `ANTHROPIC_API_KEY=${token} claude`]],
    [
      'Codex',
      [
        `AKR_KEY=${token} codex -m gpt-5.4 -c model_provider=akr \\`,
        `-c 'model_providers.akr={name="akr",wire_api="responses",env_key="AKR_KEY",base_url="${url}/v1"}'`,
      ],
    ],
    [
      'curl',
      [
        `curl ${url}/v1/chat/completions -H "authorization: Bearer ${token}" \\`,
        `-H "content-type: application/json" -d '{"model":"gpt-5.4","messages":[{"role":"user","content":"Hi"}]}'`,
      ],
    ],
    ['What happened', [`APIKEYROUTER_HOME=${home} node dist/cli.cjs requests`]],
  ] as const;
  for (const [tool, lines] of rows) {
    say(`  ${paint('bold', tool)}`);
    for (const line of lines) say(`    ${line}`);
  }
}
