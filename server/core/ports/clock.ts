/** Undoes what the call that returned it did; a second call does nothing. */
export type Dispose = () => void;

/** Time and timers. Injected so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the epoch, an integer. */
  now(): number;
  /** Runs `action` once, `delayMs` from now; the returned function cancels it. Never keeps a process alive. */
  after(delayMs: number, action: () => void): Dispose;
}
