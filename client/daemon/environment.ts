import { withoutKeys } from '../../shared/key-discovery.ts';

/** Variables of VS Code's own processes, which would change how the daemon's runtime behaves. */
const FOREIGN = /^(VSCODE_|ELECTRON_)|^(BROWSER|NODE_OPTIONS)$/;

/**
 * The environment for a daemon that runs on VS Code's runtime and outlives the window that started it: without the keys
 * of the shell that VS Code was started from.
 */
export function daemonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(withoutKeys(env)).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}
