import { ALL_FAMILIES, type StateTransition } from '../../../shared/model/states.ts';

const MINUTE_MS = 60_000;

/** What an attempt did to the states of its key, account and provider, a sentence each. `nameOf` gives names to key ids. */
export function explainEffects(
  transitions: readonly StateTransition[],
  nameOf: (keyId: string) => string = (id) => id,
): readonly string[] {
  return transitions.map((change) => `${ownerOf(change.owner, nameOf)} ${effect(change)}.`);
}

function effect(change: StateTransition): string {
  const { to, family } = change;
  const model = family === undefined || family === ALL_FAMILIES ? '' : ` for ${family}`;
  switch (to) {
    case 'invalid':
      return 'is now invalid until you replace it';
    case 'disabled':
      return 'is now disabled until you enable it';
    case 'throttled':
    case 'exhausted':
      return `is now ${to}${model}${duration(change)}`;
    case 'recovering':
      return `may be tried again${model}`;
    case 'available':
      return `is available again${model}`;
  }
}

function duration({ at, until }: StateTransition): string {
  if (until === undefined || until === null) return '';
  const ms = Math.max(1000, until - at);
  return ms < 2 * MINUTE_MS ? `, for ${Math.ceil(ms / 1000)} s` : `, for ${Math.ceil(ms / MINUTE_MS)} min`;
}

/** `key:ID`, `group:PROVIDER/ACCOUNT` or `provider:ID` in words. */
function ownerOf(owner: string, nameOf: (keyId: string) => string): string {
  const colon = owner.indexOf(':');
  const kind = owner.slice(0, colon);
  const id = owner.slice(colon + 1);
  if (kind === 'key') return nameOf(id);
  return kind === 'group' ? `The account ${id.slice(id.indexOf('/') + 1)}` : `The provider ${id}`;
}
