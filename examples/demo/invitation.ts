import { paint, say } from './screen.ts';

/** How to point a tool at the daemon that goes on serving. */
export function printInvitation(url: string, token: string, home: string): void {
  part('OpenAI SDKs and tools', `OPENAI_BASE_URL=${url}/v1`, `OPENAI_API_KEY=${token}`);
  part('Anthropic SDKs and tools', `ANTHROPIC_BASE_URL=${url}`, `ANTHROPIC_API_KEY=${token}`);
  part('Claude Code', `ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=${token} \\`, '  claude');
  part(
    'Codex',
    `AKR=${token} codex -m gpt-5.4 -c model_provider=akr -c \\`,
    `  'model_providers.akr={name="akr",wire_api="responses",env_key="AKR",base_url="${url}/v1"}'`,
  );
  part(
    'curl',
    `curl ${url}/v1/chat/completions -H 'content-type: application/json' \\`,
    `  -H 'authorization: Bearer ${token}' \\`,
    `  -d '{"model":"gpt-5.4","messages":[{"role":"user","content":"Hi"}]}'`,
  );
  part('And see what it did, in another terminal', `APIKEYROUTER_HOME=${home} node dist/cli.cjs requests`);
}

function part(title: string, ...lines: readonly string[]): void {
  say(`  ${paint('bold', title)}`);
  for (const line of lines) say(`    ${line}`);
}
