import type { StateTransition } from '../../shared/model/states.ts';
import type { Trace } from '../../shared/model/trace.ts';
import type { BudgetAlert } from '../core/budget/budget-alerts.ts';
import type { RunawayAlert } from '../core/budget/runaway-alarm.ts';
import type { CoreObserver } from '../core/open-core.ts';

/** A transition with the names of the keys that it concerns: several where they share an account or a provider. */
export interface StateChange extends StateTransition {
  readonly keys: readonly string[];
}

/** What a program can listen to. */
export interface RouterEventMap {
  /** A request has ended, one way or another. */
  request: Trace;
  /** A key, an account or a provider changed its state. */
  stateChange: StateChange;
  /** A budget has reached one of its thresholds: once each a window. */
  budgetAlert: BudgetAlert;
  /** A conversation suddenly spends far more than it used to. */
  runaway: RunawayAlert;
}

type Listener<E extends keyof RouterEventMap> = (value: RouterEventMap[E]) => void;

/** Passes on what the core observes. A listener that throws must not harm a request: its error is thrown on its own. */
export class EventHub implements CoreObserver {
  readonly #listeners: { [E in keyof RouterEventMap]: Set<Listener<E>> } = {
    request: new Set(),
    stateChange: new Set(),
    budgetAlert: new Set(),
    runaway: new Set(),
  };

  readonly #namesOf: (owner: string) => readonly string[];

  /** `namesOf`: the keys that a transition's owner stands for. */
  constructor(namesOf: (owner: string) => readonly string[]) {
    this.#namesOf = namesOf;
  }

  on<E extends keyof RouterEventMap>(event: E, listener: Listener<E>): () => void {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  requestEnded(trace: Trace): void {
    this.#emit('request', trace);
  }

  stateChanged(transitions: readonly StateTransition[]): void {
    for (const transition of transitions) {
      this.#emit('stateChange', { ...transition, keys: this.#namesOf(transition.owner) });
    }
  }

  budgetAlert(alert: BudgetAlert): void {
    this.#emit('budgetAlert', alert);
  }

  runaway(alert: RunawayAlert): void {
    this.#emit('runaway', alert);
  }

  #emit<E extends keyof RouterEventMap>(event: E, value: RouterEventMap[E]): void {
    for (const listener of this.#listeners[event]) queueMicrotask(() => listener(value));
  }
}
