import { formatUsd } from '../../../shared/model/money.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { Admission } from '../ports/store.ts';

/** The ledger's refusal, for the caller. */
export function deniedFailure(admission: Extract<Admission, { ok: false }>): RouterFailure {
  if (admission.code === 'unavailable') {
    return {
      code: 'store_unavailable',
      status: 503,
      message: `The router can't write its ledger (${admission.message}), so nothing was sent. Free disk space, or see "apikeyrouter status".`,
      final: false,
    };
  }
  const { limitNano, spentNano, heldNano, counter } = admission;
  const whose = counter.subject.startsWith('virtual_key:')
    ? 'This virtual key'
    : `The budget of ${counter.subject}`;
  return {
    code: 'budget_exceeded',
    status: 402,
    message: `${whose} may spend ${formatUsd(limitNano)}; ${formatUsd(spentNano)} is spent and ${formatUsd(heldNano)} held by running requests, and this request could cost more than what is left. Raise the limit, set a lower output limit, or wait for the next window.`,
    final: true,
  };
}
