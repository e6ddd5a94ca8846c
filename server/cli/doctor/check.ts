import type { EndpointRecord } from '../../../shared/endpoint.ts';
import type { KeyView, ProviderView, StateView } from '../../../shared/model/views.ts';
import type { BesideBundle } from '../../daemon/beside-bundle.ts';
import type { databaseCondition } from '../../daemon/care/inspect-folder.ts';

/** What is looked at: gathered once, so that each check is a small function. */
export interface Patient {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly beside: BesideBundle;
  /** The daemon that runs. */
  readonly endpoint: EndpointRecord | null;
  /** What it answered; or why it could not be asked. */
  readonly daemon:
    | { readonly kind: 'none' }
    | { readonly kind: 'silent'; readonly message: string }
    | {
        readonly kind: 'answers';
        readonly state: StateView;
        readonly keys: readonly KeyView[];
        readonly providers: readonly ProviderView[];
      };
  readonly database: ReturnType<typeof databaseCondition>;
  /** Whether providers may be asked for the time. */
  readonly online: boolean;
  readonly now: number;
}

/** What a check found. A `note` is worth knowing; only what is `wrong` makes the command fail. */
export interface Finding {
  readonly verdict: 'ok' | 'note' | 'wrong';
  readonly text: string;
  /** What to do, as a sentence. */
  readonly remedy?: string;
  /** Does it; only where nothing can be lost by that. */
  readonly repair?: () => void;
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  readonly look: (patient: Patient) => readonly Finding[] | Promise<readonly Finding[]>;
}

export const ok = (text: string): readonly Finding[] => [{ verdict: 'ok', text }];

export const note = (text: string, remedy?: string): readonly Finding[] => [
  { verdict: 'note', text, ...(remedy === undefined ? {} : { remedy }) },
];

export const wrong = (text: string, remedy: string): readonly Finding[] => [
  { verdict: 'wrong', text, remedy },
];
