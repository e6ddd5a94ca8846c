import type { Objective, ObjectiveName } from '../../shared/model/objectives.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { PriceBook } from '../core/ports/prices.ts';
import type { Random } from '../core/ports/random.ts';
import type { Store } from '../core/ports/store.ts';
import type { Upstream } from '../core/ports/upstream.ts';

/** What a program may replace; everything has a default that needs no file, no listener and no native code. */
export interface ApiKeyRouterOptions {
  /** Default: in memory. */
  readonly store?: Store;
  /** 32 bytes that secrets are sealed with before they reach the store; needed again to open a store that lasts. */
  readonly masterKey?: Uint8Array;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly upstream?: Upstream;
  readonly prices?: PriceBook;
  /** Default: silent. */
  readonly logger?: Logger;
  /** What routing optimises where neither request nor policy says; default reliability, then fairness. */
  readonly objective?: ObjectiveName | Objective;
  /** From sending a request to the head of its answer, ms. Default ten minutes. */
  readonly headTimeoutMs?: number;
  /** Between two pieces of an answer, ms. Default five minutes. */
  readonly idleTimeoutMs?: number;
}
