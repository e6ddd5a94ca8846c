import { concatBytes } from '../../../shared/model/bytes.ts';
import type { Meter } from '../../core/ports/codec.ts';

/** A list of a thousand batches has less. */
const MAX_BYTES = 4 * 1024 * 1024;
const URL_OF_RESULTS =
  /("results_url"\s*:\s*")https?:\/\/[^"]*?(?=\/v1\/messages\/batches\/[\w-]+\/results")/g;

/**
 * Anthropic's batches name their results by a whole URL, which its SDKs ask as it stands: there the caller's virtual
 * key is worth nothing, so it is made to name the router (docs.claude.com/en/api/retrieving-message-batch-results).
 */
export class ResultsUrlMeter implements Meter {
  readonly #meter: Meter;
  readonly #origin: string;
  #held: Uint8Array[] = [];
  #size = 0;

  /** `origin`: where the caller reaches the router. */
  constructor(meter: Meter, origin: string) {
    this.#meter = meter;
    this.#origin = origin;
  }

  get contentSeen(): boolean {
    return this.#size > MAX_BYTES;
  }

  get complete(): boolean {
    return this.#meter.complete;
  }

  get error(): Meter['error'] {
    return this.#meter.error;
  }

  get usage(): Meter['usage'] {
    return this.#meter.usage;
  }

  get outputBytes(): number {
    return this.#meter.outputBytes;
  }

  get signatures(): readonly string[] {
    return this.#meter.signatures;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#meter.push(chunk);
    this.#size += chunk.length;
    this.#held.push(chunk);
    return this.#size > MAX_BYTES ? this.#release() : [];
  }

  finish(): readonly Uint8Array[] {
    this.#meter.finish();
    if (this.#size > MAX_BYTES) return this.#release();
    const whole = concatBytes(this.#held);
    this.#held = [];
    const text = new TextDecoder().decode(whole);
    const changed = text.replace(URL_OF_RESULTS, (_, member: string) => member + this.#origin);
    return [changed === text ? whole : new TextEncoder().encode(changed)];
  }

  #release(): readonly Uint8Array[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
