import { homedir } from 'node:os';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import { dataFolder } from '../../shared/endpoint.ts';
import { setContextKey } from '../context-keys.ts';
import { settings } from '../settings.ts';
import { bringUpDaemon, isOlder } from './bring-up.ts';
import { DaemonConnection } from './connection.ts';
import { locateDaemon } from './locate.ts';

/** Makes the window's connection to the daemon of this user. It does nothing until someone wants it. */
export function registerDaemonConnection(context: ExtensionContext, log: LogOutputChannel): DaemonConnection {
  const folder = dataFolder(process.env, process.platform, homedir());
  const version = String((context.extension.packageJSON as { version: unknown }).version);
  const connection = new DaemonConnection({
    version,
    log,
    locate: () => locateDaemon(folder),
    launch: () => {
      log.info(`Starting a daemon for ${folder}`);
      const options = {
        bundleFolder: context.asAbsolutePath('dist'),
        dataFolder: folder,
        version,
        port: settings.chosenPort,
        network: settings.network,
      };
      return bringUpDaemon(options, (text) => log.error(`The daemon's log of this start:\n${text}`));
    },
    mayLaunch: () => settings.autoStart,
    isOutdated: (daemon) => isOlder(daemon, version),
  });
  context.subscriptions.push(
    connection,
    connection.onDidChangeState(({ kind }) => {
      setContextKey('apikeyrouter.connection', kind === 'idle' ? undefined : kind);
    }),
  );
  return connection;
}
