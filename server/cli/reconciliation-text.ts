import { formatUsd } from '../../shared/model/money.ts';
import type {
  DayResolution,
  ReconciledAccount,
  Reconciliation,
  ResolvedOutcomes,
} from '../../shared/model/reconciliation.ts';
import { amount, table } from './output.ts';

const RESOLUTIONS: Readonly<Record<DayResolution, string>> = {
  nothing: '',
  possible: '--resolve gives them their cost',
  day_not_final: 'not yet: providers add to a day until a day after its end',
  not_billed_yet: 'not yet: the provider does not tell this day',
  billed_less: 'by hand: the bill is below what is settled',
  billed_more: 'by hand: the bill is above all that they may have cost',
  shared: '--resolve --exclusive gives them their cost, if nobody else spends there',
};

/** A comparison with the bills for people. */
export function reconciliationText({ accounts, uncompared, since, until }: Reconciliation): string {
  const parts = [
    ...accounts.map(accountText),
    ...uncompared.map(
      ({ providerId, settledNano, unknownNano, reason }) =>
        `${providerId}: ${formatUsd(settledNano)} settled${unknownNano > 0 ? `, up to ${formatUsd(unknownNano)} of unknown outcome` : ''}, not compared. ${reason}`,
    ),
  ];
  if (parts.length > 0) return parts.join('\n\n');
  return `Nothing was sent to a provider from ${since} to ${until} (UTC), and no key reads bills. Add one with "apikeyrouter keys add openai --billing".`;
}

function accountText({ providerId, keyName, scopes, problem, notes, days }: ReconciledAccount): string {
  const scope = scopes.length > 0 ? ` of ${scopes.join(', ')}` : '';
  const title = `${providerId}${scope}, as "${keyName}" reads it:`;
  if (problem !== null) return `${title}\n${problem}`;
  const rows = days.map((day) => [
    day.day,
    formatUsd(day.settledNano),
    day.estimatedNano === 0 ? '' : formatUsd(day.estimatedNano),
    day.billedNano === null ? '?' : formatUsd(day.billedNano),
    day.driftPercent === null ? '' : `${day.driftPercent > 0 ? '+' : ''}${day.driftPercent} %`,
    day.unknownAttempts === 0
      ? ''
      : `${amount(day.unknownAttempts, 'attempt')}, up to ${formatUsd(day.unknownNano)}`,
    RESOLUTIONS[day.resolution],
  ]);
  const head = ['DAY (UTC)', 'SETTLED', 'ESTIMATED', 'BILLED', 'DRIFT', 'OF UNKNOWN OUTCOME', 'RESOLVED'];
  return [title, table([head, ...rows]), ...notes].join('\n');
}

/** What came of resolving for people. */
export function resolvedText({ resolved, left }: ResolvedOutcomes): string {
  const lines = [
    ...resolved.map(
      ({ day, providerId, attemptId, costNano }) =>
        `${day} ${providerId}: attempt ${attemptId} cost ${formatUsd(costNano)}.`,
    ),
    ...left.map(
      ({ day, providerId, attempts, reason }) =>
        `${day} ${providerId}: ${amount(attempts, 'attempt')} left; ${RESOLUTIONS[reason]}.`,
    ),
  ];
  return lines.length > 0 ? lines.join('\n') : 'There is no attempt of unknown outcome on these bills.';
}
