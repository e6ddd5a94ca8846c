import type { ErrorCode } from '../../shared/model/reasons.ts';

/** The one error that is thrown on purpose; HTTP and LSP map its code once each, at their edge. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
