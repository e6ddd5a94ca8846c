import type { KeyView, ProviderView } from '../../../shared/model/views.ts';
import type { KeyNode, KeysNode, ProviderNode } from './nodes.ts';

/** What must be redrawn after an update: all of it, or the nodes named. */
export type Redraw = 'all' | readonly KeysNode[];

/** The tree's nodes, provider > key, kept across updates. Providers without keys are left out. */
export class KeysModel {
  #providers: readonly ProviderNode[] = [];

  get providers(): readonly ProviderNode[] {
    return this.#providers;
  }

  get keys(): readonly KeyNode[] {
    return this.#providers.flatMap((provider) => provider.keys);
  }

  /** Takes over what the daemon reports and says what that changes. */
  update(keys: readonly KeyView[], providers: readonly ProviderView[]): Redraw {
    const before = this.#providers;
    const shapeBefore = shape(before);
    const known = new Map(before.map((node) => [node.id, node]));
    const changed: KeysNode[] = [];
    this.#providers = providers
      .filter((view) => keys.some((key) => key.providerId === view.id))
      .map((view) => {
        const node = known.get(view.id) ?? { kind: 'provider', id: view.id, view, keys: [] };
        const own = keys.filter((key) => key.providerId === view.id);
        const touched = updateKeys(node, own);
        // A provider's line sums up its keys, so it changes with them.
        if (touched.length > 0 || !sameView(node.view, view)) changed.push(node);
        changed.push(...touched);
        node.view = view;
        return node;
      });
    return shape(this.#providers) === shapeBefore ? changed : 'all';
  }
}

function updateKeys(parent: ProviderNode, views: readonly KeyView[]): readonly KeyNode[] {
  const known = new Map(parent.keys.map((node) => [node.id, node]));
  const changed: KeyNode[] = [];
  parent.keys = views.map((view) => {
    const node = known.get(view.id);
    if (!node) return { kind: 'key', id: view.id, parent, view };
    if (!sameView(node.view, view)) changed.push(node);
    node.view = view;
    return node;
  });
  return changed;
}

function shape(providers: readonly ProviderNode[]): string {
  return JSON.stringify(providers.map((provider) => [provider.id, provider.keys.map((key) => key.id)]));
}

function sameView(a: KeyView | ProviderView, b: KeyView | ProviderView): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
