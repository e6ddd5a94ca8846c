import { TreeItem, TreeItemCollapsibleState, l10n } from 'vscode';
import { isUsable } from '../../keys/key-health.ts';
import { keyDescription, stateName } from '../../keys/key-text.ts';
import { decorationUri } from './decorations.ts';
import type { KeyNode, ProviderNode } from './nodes.ts';
import { stateIcon } from './state-icon.ts';

/** A provider's line: its name, how many keys it has and how many of them work, and whether they share a quota. */
export function providerItem(node: ProviderNode): TreeItem {
  const item = new TreeItem(node.view.name, TreeItemCollapsibleState.Expanded);
  item.id = `provider:${node.id}`;
  item.contextValue = 'provider';
  item.description = providerDescription(node);
  item.accessibilityInformation = { label: `${node.view.name}, ${item.description}` };
  return item;
}

/** A key's line, without its tooltip: that is made when the pointer asks for it. */
export function keyItem(node: KeyNode, now: number): TreeItem {
  const key = node.view;
  const item = new TreeItem(key.name, TreeItemCollapsibleState.None);
  item.id = `key:${node.id}`;
  item.contextValue = key.enabled ? 'key.enabled' : 'key.disabled';
  item.resourceUri = decorationUri(key);
  item.iconPath = stateIcon(key);
  item.description = keyDescription(key, now);
  item.accessibilityInformation = {
    label: [key.name, stateName(key.state), item.description].filter(Boolean).join(', '),
  };
  return item;
}

function providerDescription(node: ProviderNode): string {
  const keys = node.keys.map((key) => key.view).filter(({ purpose }) => purpose === undefined);
  const usable = keys.filter(isUsable).length;
  const count = keys.length === 1 ? l10n.t('1 key') : l10n.t('{0} keys', keys.length);
  const parts = [usable === keys.length ? count : l10n.t('{0} of {1} usable', usable, keys.length)];
  const groups = new Set(keys.map((key) => key.quotaGroup ?? key.id));
  if (groups.size < keys.length) {
    parts.push(groups.size === 1 ? l10n.t('1 quota') : l10n.t('{0} quotas', groups.size));
  }
  return parts.join(' · ');
}
