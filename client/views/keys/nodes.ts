import type { KeyView, ProviderView } from '../../../shared/model/views.ts';
import type { ActionNode } from './failure-actions.ts';

/**
 * An element of the tree. The objects live as long as what they stand for, so that VS Code can be told to redraw just
 * one of them; `view` is replaced when the daemon reports something new.
 */
export type KeysNode = ProviderNode | KeyNode | ActionNode;

export interface ProviderNode {
  readonly kind: 'provider';
  readonly id: string;
  view: ProviderView;
  keys: readonly KeyNode[];
}

export interface KeyNode {
  readonly kind: 'key';
  readonly id: string;
  readonly parent: ProviderNode;
  view: KeyView;
}

/** What a command gets from a context menu or an inline button, as opposed to the command palette. */
export function isKeyNode(argument: unknown): argument is KeyNode {
  return typeof argument === 'object' && argument !== null && (argument as KeysNode).kind === 'key';
}
