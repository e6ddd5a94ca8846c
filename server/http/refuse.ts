import type { ErrorCode } from '../../shared/model/reasons.ts';
import type { Codec } from '../core/ports/codec.ts';
import { statusOfCode } from './error-status.ts';
import { type HttpCall, shownId } from './request-identity.ts';
import { closeAfterRefusal, sendFailure } from './send.ts';

/** Who asks, and in whose dialect he is answered. */
export interface Caller extends HttpCall {
  readonly codec: Codec;
}

/** Answers with an error before routing. */
export function refuse(
  { request, response, codec, identity }: Caller,
  code: ErrorCode,
  message: string,
): void {
  sendFailure(response, codec, { code, message, status: statusOfCode(code), final: true }, shownId(identity));
  closeAfterRefusal(request, response);
}
