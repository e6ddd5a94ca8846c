import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import type { Codec } from '../core/ports/codec.ts';
import { statusOfCode } from './error-status.ts';
import { closeAfterRefusal, sendFailure } from './send.ts';

/** Who asks, and in whose dialect he is answered. */
export interface Caller {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly codec: Codec;
  /** The request's id, for its trace and for him. */
  readonly id: string;
}

/** Answers with an error before routing. */
export function refuse({ request, response, codec, id }: Caller, code: ErrorCode, message: string): void {
  sendFailure(response, codec, { code, message, status: statusOfCode(code), final: true }, id);
  closeAfterRefusal(request, response);
}
