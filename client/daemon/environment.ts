import { withoutKeys } from '../../shared/key-discovery.ts';

/** Variables of VS Code's own processes, which would change how the daemon's runtime behaves. */
const FOREIGN = /^(VSCODE_|ELECTRON_)|^(BROWSER|NODE_OPTIONS)$/;

/** The network as VS Code's settings describe it. */
export interface NetworkSettings {
  /** `http.proxy`; empty for none. */
  readonly proxy: string;
  /** `http.noProxy` */
  readonly noProxy: readonly string[];
  /** PEM file of further certificate authorities; empty for none. */
  readonly caFile: string;
}

/**
 * The environment for a daemon that runs on VS Code's runtime and outlives the window that started it: without the keys
 * of the shell that VS Code was started from.
 */
export function daemonEnvironment(env: NodeJS.ProcessEnv, network: NetworkSettings): NodeJS.ProcessEnv {
  const kept = Object.entries(withoutKeys(env)).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(kept), ...networkVariables(network), ELECTRON_RUN_AS_NODE: '1' };
}

/** What the settings say goes before what the environment says, as in VS Code itself. */
function networkVariables({ proxy, noProxy, caFile }: NetworkSettings): NodeJS.ProcessEnv {
  return {
    ...(proxy === '' ? {} : { https_proxy: proxy, http_proxy: proxy }),
    ...(noProxy.length === 0 ? {} : { no_proxy: noProxy.join(',') }),
    ...(caFile === '' ? {} : { APIKEYROUTER_CA_FILE: caFile }),
  };
}
