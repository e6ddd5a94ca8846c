import { EventEmitter, type LogOutputChannel } from 'vscode';
import type { KeyView, ProviderView, StateView } from '../../shared/model/views.ts';
import { setContextKey } from '../context-keys.ts';
import type { DaemonConnection } from '../daemon/connection.ts';
import { errorText } from '../platform/error-text.ts';
import { DisposableList } from '../platform/disposable-list.ts';

/** What the daemon said last. */
export interface KeySnapshot {
  readonly keys: readonly KeyView[];
  readonly providers: readonly ProviderView[];
  readonly state: StateView;
}

/**
 * The window's copy of the daemon's keys, which the view and the status bar share. It follows the daemon's
 * notifications, keeps what it has while a lost connection is being restored, and forgets it when the daemon is down.
 */
export class KeyList {
  readonly #connection: DaemonConnection;
  readonly #log: LogOutputChannel;
  readonly #disposables = new DisposableList();
  readonly #changed = this.#disposables.add(new EventEmitter<KeySnapshot | null>());
  readonly onDidChange = this.#changed.event;
  #snapshot: KeySnapshot | null = null;
  #refreshing: Promise<void> | null = null;
  #again = false;

  constructor(connection: DaemonConnection, log: LogOutputChannel) {
    this.#connection = connection;
    this.#log = log;
    this.#disposables.add(connection.onDidChange(() => void this.refresh()));
    this.#disposables.add(
      connection.onDidChangeState((state) => {
        if (state.kind === 'connected') void this.refresh();
        else if (state.kind === 'down') this.#set(null);
      }),
    );
  }

  /** `null` before the first answer and while the daemon is down. */
  get snapshot(): KeySnapshot | null {
    return this.#snapshot;
  }

  /** Reads everything again. Calls during a reading lead to one more, not to many. Never rejects. */
  async refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#readWhileWanted().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #readWhileWanted(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        const [list, state] = await Promise.all([
          this.#connection.request('apikeyrouter/keys/list', {}),
          this.#connection.request('apikeyrouter/state', {}),
        ]);
        this.#set({ keys: list.keys, providers: list.providers, state });
      } catch (error) {
        // A lost connection comes back and refreshes; anything else is worth a line.
        this.#log.debug(`The keys could not be read: ${errorText(error)}`);
      }
    }
  }

  #set(snapshot: KeySnapshot | null): void {
    if (snapshot === null && this.#snapshot === null) return;
    this.#snapshot = snapshot;
    setContextKey('apikeyrouter.hasKeys', snapshot !== null && snapshot.keys.length > 0);
    this.#changed.fire(snapshot);
  }
}
