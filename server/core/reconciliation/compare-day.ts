import type { NanoUsd } from '../../../shared/model/money.ts';
import type { BillCoverage, DayResolution, ReconciledDay } from '../../../shared/model/reconciliation.ts';
import type { SettledDay } from '../ports/reports.ts';
import type { LedgerEntry } from '../ports/store.ts';
import { DAY_MS, dayName } from './utc-days.ts';

/** Providers go on adding to a day for some hours after its end; none says for how long. */
const FINAL_AFTER_MS = DAY_MS;

/** What is known of one day of an account. */
export interface DayFacts {
  /** Beginning of the UTC day. */
  readonly day: number;
  readonly settled: readonly SettledDay[];
  readonly unknown: readonly LedgerEntry[];
  readonly billedNano: NanoUsd | null;
  readonly coverage: BillCoverage;
  readonly now: number;
}

/** Sets the ledger beside the bill. */
export function compareDay(facts: DayFacts): ReconciledDay {
  const settledNano = sum(facts.settled.map(({ costNano }) => costNano));
  const unknownNano = sum(facts.unknown.map(({ reservedNano }) => reservedNano));
  return {
    day: dayName(facts.day),
    attempts: sum(facts.settled.map(({ attempts }) => attempts)),
    settledNano,
    estimatedNano: sum(facts.settled.map(({ estimatedNano }) => estimatedNano)),
    unknownAttempts: facts.unknown.length,
    unknownNano,
    billedNano: facts.billedNano,
    driftPercent: drift(settledNano, facts.billedNano),
    resolution: resolutionOf(facts, settledNano, unknownNano),
  };
}

function resolutionOf(facts: DayFacts, settledNano: NanoUsd, unknownNano: NanoUsd): DayResolution {
  if (facts.unknown.length === 0) return 'nothing';
  if (facts.now < facts.day + DAY_MS + FINAL_AFTER_MS) return 'day_not_final';
  if (facts.billedNano === null) return 'not_billed_yet';
  if (facts.billedNano < settledNano) return 'billed_less';
  if (facts.billedNano - settledNano > unknownNano) return 'billed_more';
  return facts.coverage === 'declared' ? 'possible' : 'shared';
}

/** In percent of the bill, to two places. */
function drift(settledNano: NanoUsd, billedNano: NanoUsd | null): number | null {
  if (billedNano === null) return null;
  if (billedNano === settledNano) return 0;
  if (billedNano <= 0) return null;
  return Math.round(((settledNano - billedNano) / billedNano) * 10_000) / 100;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
