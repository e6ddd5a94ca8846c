import type { RecordedBodies } from '../../../shared/model/recorded-bodies.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { AuditLog } from '../admin/audit-log.ts';
import type { Clock, Dispose } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { History } from '../ports/store.ts';
import type { Vault } from '../ports/vault.ts';
import { RouterError } from '../router-error.ts';
import type { CallerChannel } from '../router/caller-channel.ts';
import { KeptBytes } from './kept-bytes.ts';
import { RecordingChannel } from './recording-channel.ts';

/** What is recorded, and how much of it is kept. */
export interface RecordingWishes {
  /** `failed`: of requests that failed or were refused. */
  readonly bodies: 'off' | 'failed' | 'all';
  /** Of one body. 1 MB if left out. */
  readonly bodyBytes?: number;
  /** Of all of them; the oldest go first. 256 MB if left out. */
  readonly totalBytes?: number;
}

export interface BodyRecorderParts {
  readonly wishes: RecordingWishes;
  readonly store: Pick<History, 'recordBodies' | 'loadBodies' | 'findTrace'>;
  readonly vault: Pick<Vault, 'seal' | 'open'>;
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One request whose bodies may be kept. */
export interface Recording {
  /** The way to the caller, listened to. */
  over(channel: CallerChannel): CallerChannel;
  ended(trace: Trace): void;
}

interface Waiting {
  readonly requestId: string;
  readonly request: KeptBytes;
  readonly answer: KeptBytes;
}

const MB = 1024 * 1024;
/** Bodies that wait to be sealed; what comes on top is not recorded. */
const MAX_WAITING_BYTES = 64 * MB;

/**
 * Records what tools send and are answered, sealed under the vault's data key, for those who asked for it. Requests do
 * not wait for it: bodies are sealed after the answer has ended, one a turn of the event loop.
 */
export class BodyRecorder {
  readonly #parts: BodyRecorderParts;
  readonly #bodyBytes: number;
  readonly #waiting: Waiting[] = [];
  readonly #writes = new Set<Promise<void>>();
  #waitingBytes = 0;
  #cancel: Dispose | null = null;

  constructor(parts: BodyRecorderParts) {
    this.#parts = parts;
    this.#bodyBytes = parts.wishes.bodyBytes ?? MB;
  }

  /** `null`: nothing is recorded. */
  begin(body: Uint8Array): Recording | null {
    const { wishes } = this.#parts;
    if (wishes.bodies === 'off') return null;
    const answer = new KeptBytes(this.#bodyBytes);
    return {
      over: (channel) => new RecordingChannel(channel, answer),
      ended: ({ requestId, outcome }) => {
        if (wishes.bodies === 'failed' && outcome !== 'failed' && outcome !== 'rejected') return;
        const request = new KeptBytes(this.#bodyBytes);
        request.push(body);
        this.#enqueue({ requestId, request, answer });
      },
    };
  }

  /**
   * What was recorded of a request, by either of its ids; the audit log knows who looked. Throws
   * `RouterError('not_found')`.
   */
  async read(requestId: string, actor: string): Promise<RecordedBodies> {
    const { store, vault, audit } = this.#parts;
    const trace = await store.findTrace(requestId);
    const sealed = trace && (await store.loadBodies(trace.requestId));
    if (!sealed) {
      throw new RouterError(
        'not_found',
        `No bodies are recorded of "${requestId}". They are for requests made while the setting "recordBodies" says so.`,
      );
    }
    const target = trace.requestId;
    await audit.record({ actor, action: 'request.read_bodies', target, before: null, after: null });
    return JSON.parse(vault.open(target, sealed)) as RecordedBodies;
  }

  /** Seals and writes what waits. */
  async close(): Promise<void> {
    this.#cancel?.();
    while (this.#waiting.length > 0) this.#sealNext();
    await Promise.all(this.#writes);
  }

  #enqueue(waiting: Waiting): void {
    const size = waiting.request.size + waiting.answer.size;
    if (this.#waitingBytes + size > MAX_WAITING_BYTES) {
      this.#parts.logger.warn({ requestId: waiting.requestId }, 'bodies were not recorded: too many wait');
      return;
    }
    this.#waitingBytes += size;
    this.#waiting.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel ??= this.#parts.clock.after(0, () => {
      this.#cancel = null;
      this.#sealNext();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #sealNext(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    const { store, vault, redact, clock, wishes, logger } = this.#parts;
    const { requestId, request, answer } = next;
    this.#waitingBytes -= request.size + answer.size;
    const bodies: RecordedBodies = {
      requestId,
      recordedAt: clock.now(),
      request: request.toBody(redact),
      answer: answer.toBody(redact),
    };
    const sealed = vault.seal(requestId, JSON.stringify(bodies));
    const write = store
      .recordBodies(requestId, sealed, wishes.totalBytes ?? 256 * MB)
      .catch((error: unknown) => logger.error({ requestId, err: error }, 'bodies could not be recorded'))
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }
}
