import type { NanoUsd } from '../../../shared/model/money.ts';
import { Bounded } from '../bounded-map.ts';

/** A conversation that suddenly spends far more than it used to. */
export interface RunawayAlert {
  readonly conversation: string;
  /** In the last minute. */
  readonly spentNano: NanoUsd;
  /** A minute, over its life before. */
  readonly usualNano: NanoUsd;
  readonly at: number;
}

const MINUTE_MS = 60_000;
/** The alarm needs this many minutes of history, this factor over it, and this much money at least. */
const MIN_HISTORY_MINUTES = 3;
const FACTOR = 5;
const MIN_SPENT_NANO = 100_000_000;
/** Quiet after an alarm. */
const QUIET_MS = 10 * MINUTE_MS;
const MAX_CONVERSATIONS = 4096;
/** A minute's weight in the moving average: about the last twenty active minutes. */
const WEIGHT = 0.1;

interface History {
  minute: number;
  spentNano: NanoUsd;
  /** Moving average of what active minutes cost. */
  usualNano: number;
  minutes: number;
  quietUntil: number;
}

/** Notices loops: an agent that repeats itself spends at a rate that leaves the conversation's own history. */
export class RunawayAlarm {
  readonly #conversations = new Bounded<string, History>(MAX_CONVERSATIONS);

  /** Counts a settled cost; returns the alarm that it sets off, if any. */
  record(conversation: string, costNano: NanoUsd, at: number): RunawayAlert | null {
    const minute = Math.floor(at / MINUTE_MS);
    let history = this.#conversations.get(conversation);
    if (!history) {
      history = { minute, spentNano: 0, usualNano: 0, minutes: 0, quietUntil: 0 };
      this.#conversations.set(conversation, history);
    }
    if (minute !== history.minute) {
      history.minutes++;
      const weight = Math.max(WEIGHT, 1 / history.minutes);
      history.usualNano += (history.spentNano - history.usualNano) * weight;
      history.minute = minute;
      history.spentNano = 0;
    }
    history.spentNano += costNano;
    const { spentNano, usualNano } = history;
    const runsAway =
      history.minutes >= MIN_HISTORY_MINUTES &&
      spentNano >= MIN_SPENT_NANO &&
      spentNano > usualNano * FACTOR &&
      at >= history.quietUntil;
    if (!runsAway) return null;
    history.quietUntil = at + QUIET_MS;
    return { conversation, spentNano, usualNano: Math.round(usualNano), at };
  }
}
