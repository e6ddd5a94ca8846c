import {
  anyText,
  byteSize,
  listOf,
  matching,
  oneOf,
  type Reader,
  timeSpan,
  wholeNumber,
  yesOrNo,
} from './value-readers.ts';

const SECOND = 1000;
const DAY = 86_400_000;
const MB = 1024 * 1024;

/** One setting of the daemon: what it takes, what it is if nobody says, and where it may be said. */
export interface Setting<T> {
  readonly read: Reader<T>;
  /** As a person would write it; `null`: none. */
  readonly usual: string | null;
  /** For the table, where `usual` does not say it. */
  readonly otherwise?: string;
  readonly says: string;
  /** A secret is taken from the environment only: flags are seen by other users, and files are passed on. */
  readonly secret?: true;
  /** Its flag alone means yes. */
  readonly isSwitch?: true;
  /** Its short flag. */
  readonly short?: string;
}

const hostName = matching(
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])$/i,
  'it takes names of hosts, such as router.local',
);
const providerUrl = matching(
  /^[a-z0-9][a-z0-9._-]*=https?:\/\/\S+$/,
  'it takes ID=URL, such as openai=https://gateway.example',
);
const virtualKey = matching(
  /^akr-[\w-]{20,200}$/,
  'a virtual key is "akr-" with at least 20 letters, digits, "-" or "_"',
);
const managementToken = matching(
  /^akm-[\w-]{20,200}$/,
  'a management token is "akm-" with at least 20 letters, digits, "-" or "_"',
);

function setting<T>(
  read: Reader<T>,
  usual: string,
  says: string,
  more: Omit<Partial<Setting<T>>, 'usual'> = {},
): Setting<T> & { readonly usual: string } {
  return { read, usual, says, ...more };
}

function optional<T>(
  read: Reader<T>,
  says: string,
  more: Omit<Partial<Setting<T>>, 'usual'> = {},
): Setting<T> & { readonly usual: null } {
  return { read, usual: null, says, ...more };
}

/** Everything that can be set of the daemon. The names of flags, variables and members of the file come from these. */
export const SETTINGS = {
  port: optional(wholeNumber(0, 65_535), 'port of the proxy', {
    short: 'p',
    otherwise: 'the one used before, else 8484',
  }),
  host: setting(
    oneOf('127.0.0.1', '0.0.0.0', '::'),
    '127.0.0.1',
    'address to listen on; another than 127.0.0.1 lets other machines in: put TLS in front of it',
  ),
  allowedHosts: setting(
    listOf(hostName),
    '',
    'names besides 127.0.0.1 and localhost by which it may be called',
    {
      otherwise: 'none',
    },
  ),
  logLevel: setting(oneOf('debug', 'info', 'warn', 'error'), 'info', 'least important messages in the log'),
  log: optional(anyText, 'file of the log; "-" for standard output', {
    otherwise: 'logs/daemon.log in the data folder',
  }),
  store: setting(
    oneOf('sqlite', 'memory'),
    'sqlite',
    'where keys, limits and history are kept; in memory everything is lost when the daemon ends',
  ),
  durability: setting(
    oneOf('normal', 'full'),
    'normal',
    '"full" also survives a power loss, at the cost of one disk flush a transaction',
  ),
  maxBody: setting(byteSize(MB, 1024 * MB), '64MB', 'largest body of a request'),
  headTimeout: setting(timeSpan(SECOND, DAY), '10m', 'how long a provider may take to begin its answer'),
  idleTimeout: setting(timeSpan(SECOND, DAY), '5m', 'how long an answer may pause'),
  keepRequests: setting(timeSpan(3_600_000, 3650 * DAY), '30d', 'how long the history of requests is kept'),
  keepLedger: setting(timeSpan(DAY, 3650 * DAY), '400d', 'how long costs and changes are kept'),
  maxRequests: setting(wholeNumber(100, 10_000_000), '100000', 'most requests that are kept'),
  maxHistory: setting(
    byteSize(MB, 1024 * 1024 * MB),
    '1GB',
    'room that all that is stored may take before the oldest requests go; the latest 1000 always stay',
  ),
  recordBodies: setting(
    oneOf('off', 'failed', 'all'),
    'off',
    'of which requests the bodies are recorded, sealed (docs/observability.md)',
  ),
  metrics: setting(
    oneOf('token', 'open'),
    'token',
    'who may read /metrics: holders of a management token, or everybody',
  ),
  otlp: setting(
    yesOrNo,
    'false',
    'export traces and metrics by OpenTelemetry, to where the OTEL_* variables say (docs/observability.md)',
    { isSwitch: true },
  ),
  importKeys: setting(
    yesOrNo,
    'false',
    'take in the provider keys of the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, ...) at the start',
    { isSwitch: true },
  ),
  providerUrls: setting(
    listOf(providerUrl),
    '',
    'base URLs of providers, as ID=URL, e.g. of a gateway in front of them',
    { otherwise: 'their own' },
  ),
  policies: optional(anyText, 'policy file that takes the place of the stored policies at the start'),
  caFile: optional(anyText, 'certificates of authorities to trust besides the usual ones, as PEM'),
  virtualKeys: optional(listOf(virtualKey), 'virtual keys that are valid besides the stored ones', {
    secret: true,
  }),
  managementToken: optional(managementToken, "the daemon's own management token", {
    secret: true,
    otherwise: 'a new one at each start, in daemon/endpoint.json',
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S> = S extends { readonly read: Reader<infer T>; readonly usual: infer U }
  ? U extends null
    ? T | null
    : T
  : never;

/** What the daemon goes by. */
export type Settings = { readonly [N in SettingName]: ValueOf<(typeof SETTINGS)[N]> };

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** Those that may be given as flags. */
export const FLAG_NAMES = SETTING_NAMES.filter((name) => !(SETTINGS[name] as Setting<unknown>).secret);

/** `APIKEYROUTER_LOG_LEVEL` */
export function variableOf(name: string): string {
  return `APIKEYROUTER_${memberOf(name).toUpperCase()}`;
}

/** `log_level`, in the file. */
export function memberOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `log-level`, as a flag. */
export function flagOf(name: string): string {
  return memberOf(name).replaceAll('_', '-');
}
