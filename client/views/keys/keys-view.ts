import { EventEmitter, type TreeDataProvider, type TreeItem, type TreeView, l10n, window } from 'vscode';
import type { ConnectionState, DaemonConnection } from '../../daemon/connection.ts';
import { needsAttention } from '../../keys/key-health.ts';
import type { KeyList } from '../../keys/key-list.ts';
import { DisposableList } from '../../platform/disposable-list.ts';
import { Countdown } from './countdown.ts';
import { registerKeyDecorations } from './decorations.ts';
import { FAILURE_ACTIONS, actionItem } from './failure-actions.ts';
import { KeysModel } from './model.ts';
import type { KeysNode } from './nodes.ts';
import { keyTooltip, providerTooltip } from './tooltips.ts';
import { keyItem, providerItem } from './tree-items.ts';

/** The Keys view: the daemon's keys by provider. Looking at it is what first opens the connection. */
export class KeysView implements TreeDataProvider<KeysNode> {
  readonly #connection: DaemonConnection;
  readonly #list: KeyList;
  readonly #model = new KeysModel();
  readonly #disposables = new DisposableList();
  readonly #redrawn = this.#disposables.add(new EventEmitter<KeysNode[] | undefined>());
  readonly onDidChangeTreeData = this.#redrawn.event;
  readonly #countdown: Countdown;
  readonly #view: TreeView<KeysNode>;

  constructor(connection: DaemonConnection, list: KeyList) {
    this.#connection = connection;
    this.#list = list;
    this.#countdown = this.#disposables.add(
      new Countdown({
        keys: () => (this.#view.visible ? this.#model.keys : []),
        redraw: (keys) => this.#redrawn.fire([...keys]),
        elapsed: () => void list.refresh(),
      }),
    );
    this.#view = this.#disposables.add(
      window.createTreeView('apikeyrouter.keys', { treeDataProvider: this, showCollapseAll: false }),
    );
    this.#disposables.add(registerKeyDecorations());
    this.#disposables.add(connection.onDidChangeState((state) => this.#followConnection(state)));
    this.#disposables.add(this.#view.onDidChangeVisibility(() => this.#countdown.restart()));
    this.#disposables.add(
      list.onDidChange(() => {
        this.#update();
        this.#countdown.restart();
      }),
    );
  }

  async getChildren(element?: KeysNode): Promise<KeysNode[]> {
    if (element) return element.kind === 'provider' ? [...element.keys] : [];
    const state = await this.#connection.settled();
    if (state.kind === 'down') return state.failed ? [...FAILURE_ACTIONS] : [];
    if (state.kind === 'connected' && this.#list.snapshot === null) await this.#list.refresh();
    return [...this.#model.providers];
  }

  getTreeItem(element: KeysNode): TreeItem {
    switch (element.kind) {
      case 'provider':
        return providerItem(element);
      case 'key':
        return keyItem(element, Date.now());
      case 'action':
        return actionItem(element);
    }
  }

  getParent(element: KeysNode): KeysNode | undefined {
    return element.kind === 'key' ? element.parent : undefined;
  }

  resolveTreeItem(item: TreeItem, element: KeysNode): TreeItem {
    this.#countdown.holdStill();
    if (element.kind === 'provider') item.tooltip = providerTooltip(element);
    if (element.kind === 'key') {
      item.tooltip = keyTooltip(element, this.#list.snapshot?.keys ?? [], Date.now());
    }
    return item;
  }

  /** Selects a key in the view, without taking the focus. */
  async reveal(id: string): Promise<void> {
    const node = this.#model.keys.find((key) => key.id === id);
    if (node && this.#view.visible) await this.#view.reveal(node, { select: true, focus: false });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #followConnection(state: ConnectionState): void {
    // A daemon that can't start says why; one that is just not running needs no more than the welcome text.
    const reason = state.kind === 'down' && state.failed ? state.reason : '';
    if (this.#view.message !== reason) this.#view.message = reason;
    // What stands there while nothing is known depends on this state alone.
    if (this.#list.snapshot === null) this.#redrawn.fire(undefined);
  }

  #update(): void {
    const snapshot = this.#list.snapshot;
    const redraw = this.#model.update(snapshot?.keys ?? [], snapshot?.providers ?? []);
    const waiting = snapshot?.keys.filter(needsAttention).length ?? 0;
    const tooltip =
      waiting === 1 ? l10n.t('1 key needs attention') : l10n.t('{0} keys need attention', waiting);
    this.#view.badge = waiting > 0 ? { value: waiting, tooltip } : undefined;
    if (redraw === 'all') this.#redrawn.fire(undefined);
    else if (redraw.length > 0) this.#redrawn.fire([...redraw]);
  }
}
