/** Which proxy a request goes through, if any. */
export type ProxyChoice = (origin: string) => string | null;

/** `lower` wins over `UPPER`, as everywhere. */
type Environment = Readonly<Record<string, string | undefined>>;

interface Exception {
  /** In lower case; with a leading dot it is for all hosts below. */
  readonly host: string;
  readonly port: string | null;
}

const LOOPBACK = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * By HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read once. This machine's own addresses are never asked of a proxy,
 * which would look for them on its own. Throws a sentence for a proxy's address that is none.
 */
export function proxyFromEnvironment(env: Environment): ProxyChoice {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const all = read('ALL_PROXY');
  const byScheme: Readonly<Record<string, string | null>> = {
    'https:': proxyAddress('HTTPS_PROXY', read('HTTPS_PROXY') ?? all),
    'http:': proxyAddress('HTTP_PROXY', read('HTTP_PROXY') ?? all),
  };
  const exceptions = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (exceptions.includes('*')) return () => null;
  const parsed = exceptions.map(parseException);
  return (origin) => {
    const { protocol, hostname, port } = new URL(origin);
    const proxy = byScheme[protocol] ?? null;
    if (proxy === null || LOOPBACK.test(hostname)) return null;
    return parsed.some((exception) => fits(exception, hostname, port || defaultPort(protocol)))
      ? null
      : proxy;
  };
}

function proxyAddress(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url) && /^(?:https?|socks5?):$/.test(new URL(url).protocol)) return url;
  throw new Error(`${name} is no address of a proxy. It looks like http://[user:password@]host:port.`);
}

function parseException(entry: string): Exception {
  const found = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase());
  const host = (found?.[1] ?? entry).replace(/^\*/, '');
  return { host, port: found?.[2] ?? null };
}

function fits({ host, port }: Exception, hostname: string, actualPort: string): boolean {
  if (port !== null && port !== actualPort) return false;
  return hostname === host.replace(/^\./, '') || hostname.endsWith(host.startsWith('.') ? host : `.${host}`);
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}
