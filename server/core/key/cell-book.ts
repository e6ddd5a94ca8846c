import {
  ALL_FAMILIES,
  type CellAddress,
  type CellRecord,
  type CellState,
  type StateTransition,
} from '../../../shared/model/states.ts';
import type { Clock, Dispose } from '../ports/clock.ts';
import { assertLegal } from './transitions.ts';

/** What stands in the way of a request, or `null`. */
export interface Obstacle {
  readonly state: 'throttled' | 'exhausted' | 'probe_in_flight';
  readonly owner: string;
  readonly until: number | null;
}

export interface CellBookEvents {
  /** Cells changed: they are to be stored and shown. */
  changed(cells: readonly CellRecord[], transitions: readonly StateTransition[]): void;
}

interface Cell {
  record: CellRecord;
  /** The request that tries a recovering cell. */
  probe: string | null;
  wake: Dispose | null;
}

/**
 * The state of every limit: owner x model family x dimension. A cell that was throttled or exhausted becomes
 * `recovering` when its time has come (half-open): then one request at a time may try it, and its outcome
 * opens or closes the cell.
 */
export class CellBook {
  readonly #clock: Clock;
  readonly #events: CellBookEvents;
  /** By owner: most owners have no cell at all. */
  readonly #cells = new Map<string, Map<string, Cell>>();

  constructor(clock: Clock, events: CellBookEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Takes over what was stored. Cells whose time has passed meanwhile become `recovering` at once. */
  load(records: readonly CellRecord[]): void {
    for (const record of records) {
      const cell = this.#cell(record);
      cell.record = record;
      this.#schedule(cell);
    }
  }

  /** The first obstacle for a request of this family in any of its owners. */
  obstacle(owners: readonly string[], family: string): Obstacle | null {
    for (const cell of this.#of(owners, family)) {
      const { state, owner, until } = cell.record;
      if (state === 'throttled' || state === 'exhausted') return { state, owner, until };
      if (state === 'recovering' && cell.probe !== null)
        return { state: 'probe_in_flight', owner, until: null };
    }
    return null;
  }

  isRecovering(owners: readonly string[], family: string): boolean {
    return this.#of(owners, family).some((cell) => cell.record.state === 'recovering');
  }

  /** A request is about to try the owners: it becomes the probe of those that are recovering. */
  beginProbe(owners: readonly string[], family: string, requestId: string): void {
    for (const cell of this.#of(owners, family)) {
      if (cell.record.state === 'recovering' && cell.probe === null) cell.probe = requestId;
    }
  }

  /** The probe ended without a verdict on the limit: another request may try. */
  endProbe(owners: readonly string[], family: string, requestId: string): void {
    for (const cell of this.#of(owners, family)) if (cell.probe === requestId) cell.probe = null;
  }

  /** An answer came: what was recovering is available again, and failures are forgotten. */
  succeeded(owners: readonly string[], family: string, requestId: string): readonly StateTransition[] {
    const changed: CellRecord[] = [];
    const transitions: StateTransition[] = [];
    for (const cell of this.#of(owners, family)) {
      const { record } = cell;
      // A success that began before the limit was hit says nothing about it.
      if (record.state === 'throttled' || record.state === 'exhausted') continue;
      if (record.state === 'recovering')
        transitions.push(this.#move(cell, 'available', null, 'success', requestId));
      cell.record = { ...cell.record, failures: 0 };
      changed.push(cell.record);
      this.#drop(cell);
    }
    if (changed.length > 0) this.#events.changed(changed, transitions);
    return transitions;
  }

  /** A limit was hit, or a breaker opened, until the given time. A later end already known is kept. */
  close(
    address: CellAddress,
    change: {
      readonly state: 'throttled' | 'exhausted';
      readonly until: number;
      readonly trigger: string;
      readonly requestId?: string;
    },
  ): readonly StateTransition[] {
    const cell = this.#cell(address);
    const known = cell.record.state === change.state ? (cell.record.until ?? 0) : 0;
    cell.record = { ...cell.record, failures: cell.record.failures + 1 };
    const until = Math.max(known, change.until);
    const transition = this.#move(cell, change.state, until, change.trigger, change.requestId);
    this.#schedule(cell);
    this.#events.changed([cell.record], [transition]);
    return [transition];
  }

  /** A person says that the owner is good again: every cell of it is available. */
  reset(owner: string, trigger: string): readonly StateTransition[] {
    const changed: CellRecord[] = [];
    const transitions: StateTransition[] = [];
    for (const cell of this.#cells.get(owner)?.values() ?? []) {
      if (cell.record.state !== 'available') transitions.push(this.#move(cell, 'available', null, trigger));
      cell.record = { ...cell.record, failures: 0 };
      changed.push(cell.record);
      this.#drop(cell);
    }
    if (changed.length > 0) this.#events.changed(changed, transitions);
    return transitions;
  }

  /** Failures in a row, for the length of the next wait. */
  failures(address: CellAddress): number {
    return this.#cells.get(address.owner)?.get(cellName(address))?.record.failures ?? 0;
  }

  /** Counts a failure that does not close the cell yet. */
  countFailure(address: CellAddress): void {
    const cell = this.#cell(address);
    cell.record = { ...cell.record, failures: cell.record.failures + 1 };
  }

  /** Cells of the owners that are not available, for any family. */
  closed(owners: readonly string[]): readonly CellRecord[] {
    return owners.flatMap((owner) =>
      [...(this.#cells.get(owner)?.values() ?? [])]
        .map((cell) => cell.record)
        .filter((record) => record.state !== 'available'),
    );
  }

  /**
   * Forgets the cells that nothing has happened to since then: failures that were counted, and waits that are over and
   * that no request tries. Families are named by requests, so that there may be any number of them.
   */
  forgetIdle(before: number): void {
    const changed: CellRecord[] = [];
    const transitions: StateTransition[] = [];
    for (const cells of this.#cells.values()) {
      for (const cell of cells.values()) {
        const { state, since } = cell.record;
        if (since >= before || cell.probe !== null || (state !== 'available' && state !== 'recovering'))
          continue;
        if (state === 'recovering') {
          transitions.push(this.#move(cell, 'available', null, 'forgotten'));
          changed.push(cell.record);
        }
        this.#drop(cell);
      }
    }
    if (changed.length > 0) this.#events.changed(changed, transitions);
  }

  /** Forgets an owner, e.g. a key that was removed. */
  forget(owner: string): void {
    for (const cell of this.#cells.get(owner)?.values() ?? []) cell.wake?.();
    this.#cells.delete(owner);
  }

  dispose(): void {
    for (const owner of this.#cells.keys()) this.forget(owner);
  }

  #of(owners: readonly string[], family: string): readonly Cell[] {
    const found: Cell[] = [];
    for (const owner of owners) {
      const cells = this.#cells.get(owner);
      if (!cells) continue;
      for (const cell of cells.values()) {
        if (cell.record.family === family || cell.record.family === ALL_FAMILIES) found.push(cell);
      }
    }
    return found;
  }

  #cell(address: CellAddress): Cell {
    let cells = this.#cells.get(address.owner);
    if (!cells) this.#cells.set(address.owner, (cells = new Map()));
    const name = cellName(address);
    let cell = cells.get(name);
    if (!cell) {
      const { owner, family, dimension } = address;
      const since = this.#clock.now();
      cell = {
        record: { owner, family, dimension, state: 'available', until: null, failures: 0, since },
        probe: null,
        wake: null,
      };
      cells.set(name, cell);
    }
    return cell;
  }

  #drop(cell: Cell): void {
    cell.wake?.();
    this.#cells.get(cell.record.owner)?.delete(cellName(cell.record));
  }

  #move(
    cell: Cell,
    to: CellState,
    until: number | null,
    trigger: string,
    requestId?: string,
  ): StateTransition {
    const { owner, family, dimension, state: from } = cell.record;
    assertLegal(from, to, owner);
    const at = this.#clock.now();
    cell.record = { ...cell.record, state: to, until, since: at };
    cell.probe = null;
    const cause = requestId === undefined ? {} : { requestId };
    return { at, owner, family, dimension, from, to, trigger, until, ...cause };
  }

  #schedule(cell: Cell): void {
    cell.wake?.();
    cell.wake = null;
    const { state, until } = cell.record;
    if (until === null || (state !== 'throttled' && state !== 'exhausted')) return;
    cell.wake = this.#clock.after(Math.max(0, until - this.#clock.now()), () => {
      cell.wake = null;
      const transition = this.#move(cell, 'recovering', null, 'wait_elapsed');
      this.#events.changed([cell.record], [transition]);
    });
  }
}

function cellName(address: CellAddress): string {
  return `${address.family} ${address.dimension}`;
}
