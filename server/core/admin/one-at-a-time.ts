/** Runs actions one after the other, for those that look at something, wait, and then rely on what they saw. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs an action when all before it have ended, well or not. */
  run<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action, action);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
