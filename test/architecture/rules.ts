/** What the files of one folder may import. */
export interface ImportRule {
  /** A folder or a file; the rule of the longest one that holds a file is the file's. */
  readonly of: string;
  /** Only for files of these names, e.g. schemas. */
  readonly named?: RegExp;
  /** Folders and files of the project, besides itself. */
  readonly imports: readonly string[];
  /** Packages; `node:*` stands for all of Node. */
  readonly packages: readonly string[];
}

const PORTS = ['server/core/ports', 'shared/model'];

/**
 * The direction of imports: `shared` knows nobody, the core knows only the model, one technology an adapter, and
 * only the daemon's composition knows the adapters.
 */
export const IMPORT_RULES: readonly ImportRule[] = [
  { of: 'shared/model', imports: [], packages: [] },
  { of: 'shared', imports: [], packages: [] },

  { of: 'server/core', imports: ['shared/model'], packages: [] },
  { of: 'server/core', named: /-schemas?\.ts$/, imports: ['shared/model'], packages: ['zod'] },
  { of: 'server/policy-language', imports: ['server/core', 'shared/model'], packages: ['yaml', 'zod'] },
  { of: 'server/protocol', imports: PORTS, packages: [] },
  { of: 'server/providers', imports: ['server/protocol', ...PORTS], packages: [] },
  {
    of: 'server/providers/bedrock-stream.ts',
    imports: ['server/protocol', ...PORTS],
    packages: ['@smithy/eventstream-codec'],
  },

  {
    of: 'server/adapters/memory',
    imports: ['server/core/ledger', 'server/core/router-error.ts', ...PORTS],
    packages: [],
  },
  {
    of: 'server/adapters/sqlite',
    imports: [
      'server/adapters/files',
      'server/core/ledger',
      'server/core/router-error.ts',
      'shared/version.ts',
      ...PORTS,
    ],
    packages: ['better-sqlite3', 'node:*'],
  },
  { of: 'server/adapters/undici', imports: PORTS, packages: ['undici', 'node:*'] },
  { of: 'server/adapters/aws', imports: PORTS, packages: ['@smithy/signature-v4', 'node:*'] },
  {
    of: 'server/adapters/google',
    imports: ['server/core/fetch-answer.ts', 'server/core/router/attempt-failure.ts', ...PORTS],
    packages: ['node:*'],
  },
  { of: 'server/adapters/pino', imports: PORTS, packages: ['pino', 'node:*'] },
  {
    of: 'server/adapters/otlp',
    imports: ['server/core/fetch-answer.ts', ...PORTS],
    packages: ['node:*'],
  },
  { of: 'server/adapters/prometheus', imports: PORTS, packages: ['prom-client'] },
  {
    of: 'server/adapters/prices',
    imports: ['server/core/pricing', ...PORTS],
    packages: ['@pydantic/genai-prices'],
  },
  { of: 'server/adapters/system', imports: PORTS, packages: ['node:*'] },
  { of: 'server/adapters/files', imports: [], packages: ['node:*'] },
  {
    of: 'server/adapters/envelope',
    imports: ['server/adapters/files', 'server/core/router-error.ts', ...PORTS],
    packages: ['node:*'],
  },
  // The addon is loaded by path in a process of its own, since it may hang.
  { of: 'server/adapters/keychain', imports: ['server/adapters/envelope/keychain.ts'], packages: ['node:*'] },

  {
    of: 'server/http',
    imports: ['server/core', 'server/protocol', 'shared'],
    packages: ['zod', 'node:*'],
  },
  {
    of: 'server/lsp',
    imports: ['server/core', 'server/policy-language', 'shared'],
    packages: [
      'zod',
      'vscode-languageserver',
      'vscode-languageserver-protocol',
      'vscode-languageserver-textdocument',
      'node:*',
    ],
  },

  { of: 'server/daemon', imports: ['server/core/router-error.ts', 'shared'], packages: ['node:*'] },
  {
    of: 'server/daemon/composition.ts',
    imports: [
      'server/adapters',
      'server/core',
      'server/http',
      'server/lsp',
      'server/protocol/classify.ts',
      'server/protocol/translate',
      'server/providers',
      'server/daemon',
      'shared',
    ],
    packages: ['node:*'],
  },
  // These own the lock and the files by which clients find the daemon.
  ...['choose-port.ts', 'endpoint.ts', 'run-daemon.ts', 'socket-path.ts'].map((file) => ({
    of: `server/daemon/${file}`,
    imports: ['server/adapters/files', 'server/core/router-error.ts', 'server/daemon', 'shared'],
    packages: ['node:*'],
  })),
  {
    of: 'server/daemon/provision.ts',
    imports: ['server/core', 'server/policy-language', 'server/daemon', 'shared'],
    packages: ['node:*'],
  },
  {
    of: 'server/daemon/settings',
    imports: ['server/core/router-error.ts'],
    packages: ['yaml', 'node:*'],
  },
  // The other side of the proof that the listener gives.
  {
    of: 'server/daemon/daemon-line.ts',
    imports: ['server/http/proof.ts', 'server/core/router-error.ts', 'server/daemon', 'shared'],
    packages: ['node:*'],
  },
  {
    of: 'server/daemon/single-instance.ts',
    imports: ['server/adapters/sqlite/exclusive-file-lock.ts', 'server/daemon'],
    packages: ['node:*'],
  },

  // Tools' own configuration files; used by whoever talks to a person.
  {
    of: 'server/connect',
    imports: ['server/adapters/files', 'server/core/router-error.ts'],
    packages: ['node:*'],
  },
  { of: 'server/connect/formats', imports: ['server/connect'], packages: [] },
  { of: 'server/connect/formats/jsonc.ts', imports: ['server/connect'], packages: ['jsonc-parser'] },
  { of: 'server/connect/formats/toml.ts', imports: ['server/connect'], packages: ['smol-toml'] },
  { of: 'server/connect/formats/yaml.ts', imports: ['server/connect'], packages: ['yaml'] },
  // What is done to a folder on which no daemon runs.
  {
    of: 'server/daemon/care',
    imports: [
      'server/adapters/envelope',
      'server/adapters/files',
      'server/adapters/keychain',
      'server/adapters/sqlite',
      'server/core/ports',
      'server/core/router-error.ts',
      'server/daemon',
      'shared',
    ],
    packages: ['node:*'],
  },

  {
    of: 'server/cli',
    imports: [
      'server/connect',
      'server/core/router-error.ts',
      'server/core/ports',
      'server/core/policy',
      'server/daemon',
      'server/policy-language',
      'shared',
    ],
    packages: ['commander', '@inquirer/prompts', 'yaml', 'node:*'],
  },
  // The daemon's sibling: it composes the same core for programs.
  {
    of: 'server/library',
    imports: ['server/adapters', 'server/core', 'server/protocol', 'server/providers', 'shared'],
    packages: ['node:*'],
  },

  { of: 'client', imports: ['shared'], packages: ['vscode', 'vscode-languageclient', 'node:*'] },

  // The demo and the examples use the product from outside, as tools, programs and people do.
  {
    of: 'examples',
    imports: ['shared'],
    packages: ['@anthropic-ai/sdk', '@copilotkit/aimock', 'apikeyrouter', 'openai', 'node:*'],
  },
];

/** Folders in which time, chance and the process are injected. */
export const PURE_FOLDERS: readonly string[] = [
  'shared',
  'server/policy-language',
  'server/core',
  'server/protocol',
  'server/providers',
];

/** What may not be called there, as the tokens that spell it. */
export const IMPURE_CALLS: readonly (readonly string[])[] = [
  ['Date', '.', 'now'],
  ['new', 'Date', '(', ')'],
  ['Math', '.', 'random'],
  ['performance', '.'],
  ['process', '.'],
  ['setTimeout', '('],
  ['setInterval', '('],
  ['setImmediate', '('],
];

/** Names that say nothing of what a file owns. */
export const EMPTY_NAME = /(?:^|[-./])(?:utils?|helpers?|common|types|managers?|misc)(?=[-./])/;

export const MAX_LINES = 400;
