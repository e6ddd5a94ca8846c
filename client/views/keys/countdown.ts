import type { Disposable } from 'vscode';
import { nextRecovery } from '../../keys/key-health.ts';
import type { KeyNode } from './nodes.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Redraws the keys whose remaining time is on show: each second in the last minute, else each minute. */
export class Countdown implements Disposable {
  readonly #keys: () => readonly KeyNode[];
  readonly #redraw: (keys: readonly KeyNode[]) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(keys: () => readonly KeyNode[], redraw: (keys: readonly KeyNode[]) => void) {
    this.#keys = keys;
    this.#redraw = redraw;
  }

  /** To be called whenever the keys changed or the view was shown. */
  restart(): void {
    this.dispose();
    const now = Date.now();
    const times = this.#keys().map((node) => nextRecovery(node.view, now));
    const next = Math.min(...times.map((time) => time ?? Infinity));
    if (next === Infinity) return;
    this.#timer = setTimeout(() => this.#tick(), next - now <= 2 * MINUTE ? SECOND : MINUTE);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    // Also those that just ran out: their text must lose its zero.
    const justNow = Date.now() - 2 * SECOND;
    this.#redraw(this.#keys().filter((node) => nextRecovery(node.view, justNow) !== null));
    this.restart();
  }
}
