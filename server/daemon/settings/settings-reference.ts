import { flagOf, memberOf, SETTING_NAMES, type Setting, SETTINGS, variableOf } from './settings.ts';

const HEAD = `# Configuration

Made from the program itself (\`npm run docs\`). The daemon needs no configuration; what can be set is taken from, in this order:

1. flags of \`apikeyrouter serve\`,
2. environment variables,
3. a file: \`config.yaml\` in the data folder, or the one that \`--config\` or \`APIKEYROUTER_CONFIG\` names,
4. what is usual.

A value that can't be meant ends the start with an error that names its source.

| Flag | Variable | In the file | Usually | |
|---|---|---|---|---|
`;

const REST = `
Besides, as variables only:

| Variable | |
|---|---|
| \`APIKEYROUTER_HOME\` | the data folder; \`--home\` too |
| \`APIKEYROUTER_CONFIG\` | the file of settings; \`--config\` too |
| \`APIKEYROUTER_MASTER_KEY\` | a passphrase that seals the secrets, in place of the system's keychain |
| \`APIKEYROUTER_KEYCHAIN\` | \`off\`: the system's keychain is left alone, and a key file that only you can read takes its place |
| \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`NO_PROXY\` | how providers are reached: [providers.md](providers.md) |

\`\`\`yaml
# config.yaml
port: 8484
log_level: warn
keep_requests: 90d
\`\`\`

## Without a home: from the environment alone
\`\`\`bash
export OPENAI_API_KEY=sk-...                       # the providers' keys
export APIKEYROUTER_VIRTUAL_KEYS=akr-$(openssl rand -hex 24)
export APIKEYROUTER_MANAGEMENT_TOKEN=akm-$(openssl rand -hex 24)
apikeyrouter serve --store memory --import-keys true --host 0.0.0.0 --allowed-hosts router
\`\`\`

With \`--store memory\` nothing outlives the process, and the promises that rest on the disk are lost: budgets begin anew with
each start, what a crash hid is not known afterwards, learned states of keys and the history are gone, and several such
daemons don't know of each other's spend. A limit then holds for one process as long as it runs.
`;

/** The table of all settings, as Markdown. */
export function settingsReference(): string {
  const rows = SETTING_NAMES.map((name) => row(name, SETTINGS[name]));
  return `${HEAD}${rows.join('\n')}\n${REST}`;
}

function row(name: string, { usual, otherwise, says, secret }: Setting<unknown>): string {
  const cells = [
    secret ? '' : `\`--${flagOf(name)}\``,
    `\`${variableOf(name)}\``,
    secret ? '' : `\`${memberOf(name)}\``,
    otherwise ?? (usual === null ? '' : `\`${usual}\``),
    says,
  ];
  return `| ${cells.join(' | ')} |`;
}
