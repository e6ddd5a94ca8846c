import type { BudgetAlerts } from '../budget/budget-alerts.ts';
import type { RunawayAlarm } from '../budget/runaway-alarm.ts';
import type { ModelNames } from '../model-names/model-names.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Random } from '../ports/random.ts';
import type { Translator } from '../ports/translator.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import type { FinderParts } from '../routing/candidate-finder.ts';
import type { AdmissionParts } from './admission.ts';
import type { RouterEvents } from './router-events.ts';

/** All that the request path stands on. */
export interface RouterParts extends FinderParts, AdmissionParts {
  readonly vault: Vault;
  readonly upstream: Upstream;
  readonly translator: Translator;
  readonly names: ModelNames;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: RouterEvents;
  readonly alerts: BudgetAlerts;
  readonly runaway: RunawayAlarm;
  /** The policies that hold now: the same object until they change. */
  readonly policies: { readonly current: PolicySet };
  /** ms from sending a request to the head of its answer; models may think for minutes. */
  readonly headTimeoutMs: number;
  /** ms between two pieces of an answer. */
  readonly idleTimeoutMs: number;
}
