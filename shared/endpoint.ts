/** What a running daemon leaves for its clients: `daemon/endpoint.json` (0600) in the data folder. */
export interface EndpointRecord {
  readonly pid: number;
  readonly instanceId: string;
  readonly version: string;
  /** TCP port of the proxy and the management API on 127.0.0.1. */
  readonly port: number;
  /** Unix socket or named pipe of the LSP connection. */
  readonly socket: string;
  /** Bearer of the management API (`X-API-Key`) and of the LSP `initialize` request. */
  readonly managementToken: string;
  readonly startedAt: number;
}

/** Reads an endpoint file's text; `null` if it is not one (half written, foreign, older than this format). */
export function parseEndpoint(text: string): EndpointRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const record = value as Record<keyof EndpointRecord, unknown>;
  const { pid, instanceId, version, port, socket, managementToken, startedAt } = record;
  if (typeof pid !== 'number' || typeof port !== 'number' || typeof startedAt !== 'number') return null;
  if (typeof instanceId !== 'string' || typeof version !== 'string') return null;
  if (typeof socket !== 'string' || typeof managementToken !== 'string') return null;
  return { pid, instanceId, version, port, socket, managementToken, startedAt };
}

/** The data folder: `APIKEYROUTER_HOME`, else the platform's place for application data. */
export function dataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  homeFolder: string,
): string {
  const chosen = env['APIKEYROUTER_HOME'];
  if (chosen) return chosen;
  if (platform === 'win32') return `${env['APPDATA'] ?? `${homeFolder}\\AppData\\Roaming`}\\apikeyrouter`;
  if (platform === 'darwin') return `${homeFolder}/Library/Application Support/apikeyrouter`;
  return `${env['XDG_DATA_HOME'] ?? `${homeFolder}/.local/share`}/apikeyrouter`;
}

/** Where the endpoint file is within the data folder. */
export function endpointFile(folder: string): string {
  return `${folder}/daemon/endpoint.json`;
}

/** The port tools are pointed at unless another was chosen at first run. */
export const DEFAULT_PORT = 8484;
