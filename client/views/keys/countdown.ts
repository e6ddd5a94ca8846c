import type { Disposable } from 'vscode';
import { nextRecovery } from '../../keys/key-health.ts';
import { untilTextChanges } from '../../../shared/model/duration-text.ts';
import type { KeyNode } from './nodes.ts';

/** Lets a text change a moment after its time, not a moment before. */
const MARGIN_MS = 20;
/** Redrawing a line closes its tooltip: so long it is left to whoever is reading it. */
const READING_MS = 6000;

/** Redraws keys whose remaining time is on show, whenever its text changes. */
export class Countdown implements Disposable {
  readonly #keys: () => readonly KeyNode[];
  readonly #redraw: (keys: readonly KeyNode[]) => void;
  readonly #elapsed: () => void;
  #timer: NodeJS.Timeout | null = null;
  #drawnAt = Date.now();
  #stillUntil = 0;

  constructor(options: {
    readonly keys: () => readonly KeyNode[];
    readonly redraw: (keys: readonly KeyNode[]) => void;
    /** A time has passed: the daemon may see the key otherwise now. */
    readonly elapsed: () => void;
  }) {
    this.#keys = options.keys;
    this.#redraw = options.redraw;
    this.#elapsed = options.elapsed;
  }

  /** To be called whenever the keys changed or the view was shown. */
  restart(): void {
    this.#drawnAt = Date.now();
    this.#schedule();
  }

  /** To be called when a tooltip is shown. */
  holdStill(): void {
    this.#stillUntil = Date.now() + READING_MS;
    this.#schedule();
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.dispose();
    const now = Date.now();
    const pauses = this.#keys().flatMap((node) => {
      const time = nextRecovery(node.view, now);
      return time === null ? [] : [untilTextChanges(time - now)];
    });
    if (pauses.length === 0) return;
    const pause = Math.max(Math.min(...pauses) + MARGIN_MS, this.#stillUntil - now);
    this.#timer = setTimeout(() => this.#tick(), pause);
  }

  #tick(): void {
    const before = this.#drawnAt;
    const now = Date.now();
    const counting = this.#keys().filter((node) => nextRecovery(node.view, before) !== null);
    this.#redraw(counting);
    if (counting.some((node) => (nextRecovery(node.view, before) ?? now) <= now)) this.#elapsed();
    this.restart();
  }
}
