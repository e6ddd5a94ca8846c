import type { KeyView } from '../../../shared/model/views.ts';
import { relativeTime } from '../output.ts';
import { type Check, type Finding, note, ok, wrong } from './check.ts';

/** Signatures of AWS and tokens of Google are refused from five minutes on. */
const MOST_SKEW_MS = 60_000;
const ANSWER_MS = 5_000;

export const keysCheck: Check = {
  name: 'keys',
  look: ({ daemon, now }) => {
    if (daemon.kind !== 'answers') return note('Known only while the daemon runs.');
    if (daemon.keys.length === 0) return note('There is none yet.', 'Add one with "apikeyrouter keys add".');
    return daemon.keys.flatMap((key) => ofKey(key, now));
  },
};

function ofKey({ name, state, until, invalidReason }: KeyView, now: number): readonly Finding[] {
  const end = until === null ? '' : ` (ends ${relativeTime(until, now)})`;
  switch (state) {
    case 'available':
      return ok(`${name} is available`);
    case 'recovering':
    case 'throttled':
      return note(`${name} is ${state}${end}.`);
    case 'exhausted':
      return note(`${name} is exhausted${end}.`, 'Add another account, or raise its limit at the provider.');
    case 'disabled':
      return note(`${name} is disabled.`, `"apikeyrouter keys enable ${name}" lets requests use it again.`);
    case 'invalid':
      return wrong(
        `${name} was refused by its provider${invalidReason === null ? '' : `: ${invalidReason}`}`,
        `Put a new secret in its place with "apikeyrouter keys rotate ${name}".`,
      );
  }
}

export const accountsCheck: Check = {
  name: 'accounts',
  look: ({ daemon }) => {
    if (daemon.kind !== 'answers') return [];
    const groups = new Map<string, string[]>();
    for (const { quotaGroup, providerId, name } of daemon.keys) {
      if (quotaGroup === null) continue;
      const group = `${providerId} ${quotaGroup}`;
      groups.set(group, [...(groups.get(group) ?? []), name]);
    }
    const shared = [...groups.values()].filter((names) => names.length > 1);
    if (shared.length === 0) return ok('no two keys are known to share one');
    return shared.flatMap((names) =>
      note(
        `${names.join(', ')} share one account: ${names.length} keys, 1 quota.`,
        'More keys of one account add nothing. Another account does.',
      ),
    );
  },
};

export const clockCheck: Check = {
  name: 'clock',
  look: async ({ daemon, online }) => {
    if (!online) return note('Not compared.', 'With --online it is compared with that of a provider.');
    if (daemon.kind !== 'answers')
      return note('Not compared: the daemon, which knows the providers, does not run.');
    const used = new Set(daemon.keys.map(({ providerId }) => providerId));
    for (const { id, baseUrl } of daemon.providers) {
      if (!used.has(id)) continue;
      const skew = await skewTo(baseUrl);
      if (skew === null) continue;
      const seconds = Math.round(Math.abs(skew) / 1000);
      if (Math.abs(skew) <= MOST_SKEW_MS) return ok(`agrees with that of ${id} (${seconds} s apart)`);
      return wrong(
        `It is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} that of ${id}.`,
        'Set it, and let the system keep it (NTP): waits, windows and signatures go by it.',
      );
    }
    return note('No provider said what time it is.');
  },
};

/** Nothing but the question for the time is sent; no key. ms, positive if this machine is ahead; `null`: unknown. */
async function skewTo(baseUrl: string): Promise<number | null> {
  try {
    const asked = Date.now();
    const { headers } = await fetch(new URL(baseUrl).origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const said = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(said) ? null : (asked + Date.now()) / 2 - said;
  } catch {
    return null;
  }
}
