import type { Clock } from '../../server/core/ports/clock.ts';
import type { Store } from '../../server/core/ports/store.ts';
import type { Upstream } from '../../server/core/ports/upstream.ts';

/**
 * What a process sees of the world, until it is killed: then none of its timers fires, no answer reaches it, and what
 * it has not written yet is lost. What providers do goes on.
 */
export class MortalProcess {
  #alive = true;

  /** As SIGKILL does. */
  kill(): void {
    this.#alive = false;
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      after: (delayMs, action) =>
        clock.after(delayMs, () => {
          if (this.#alive) action();
        }),
    };
  }

  upstream(upstream: Upstream): Upstream {
    const whileAlive =
      <A extends readonly unknown[], R>(action: (...args: A) => R, otherwise: R) =>
      (...args: A): R =>
        this.#alive ? action(...args) : otherwise;
    return {
      dispatch: (request, handler) =>
        upstream.dispatch(request, {
          onHead: whileAlive((status, headers) => handler.onHead(status, headers), undefined),
          onData: whileAlive((chunk) => handler.onData(chunk), true),
          onEnd: whileAlive(() => handler.onEnd(), undefined),
          onFailure: whileAlive((failure) => handler.onFailure(failure), undefined),
        }),
      close: () => upstream.close(),
    };
  }

  /** Each call reaches the store a moment later, if the process lives until then. */
  store(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: readonly unknown[]) => Promise<unknown>;
        return async (...args: readonly unknown[]) => {
          await this.#moment();
          const result = await method.apply(target, [...args]);
          if (!this.#alive) await never();
          return result;
        };
      },
    });
  }

  async #moment(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.#alive) await never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
