import type { IncomingHttpHeaders } from 'node:http';
import type { TokenUsage } from '../../shared/model/usage.ts';

/** A request as the simulated provider saw it. */
export interface ReceivedRequest {
  /** Sent back as the provider's own id of the request. */
  readonly id: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The credential, in whichever header it came. */
  readonly key: string | null;
  readonly body: Buffer;
  /** The body's JSON; `null` if it is none. */
  readonly json: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** When the client left before the answer was complete. */
  readonly abortedAt: number | null;
  /** What this request costs its account so far; `null`: nothing. */
  readonly bill: TokenUsage | null;
  /** Settled when the answer is complete or broken off, by either side. */
  readonly closed: Promise<void>;
}
