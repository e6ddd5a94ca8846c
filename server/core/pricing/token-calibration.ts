import { totalInput, type TokenUsage } from '../../../shared/model/usage.ts';
import { Bounded } from '../bounded-map.ts';

/** A number that is not known for sure: its middle, and where four of five outcomes lie. */
export interface Range {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** What a request is expected to use, before it is sent. */
export interface TokenEstimate {
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  /** 0..1: how much experience stands behind it; 0 is a general rule of thumb. */
  readonly confidence: number;
}

/** A moving mean and variance of logarithms: sizes spread by factors, not by sums. */
interface LogMean {
  mean: number;
  variance: number;
  samples: number;
}

interface Learned {
  readonly tokensPerByte: LogMean;
  readonly outputTokens: LogMean;
}

/** Text runs at about four bytes a token in every current tokenizer; code and CJK at three. */
const TOKENS_PER_BYTE = 1 / 4;
const TYPICAL_OUTPUT_TOKENS = 500;
/** Rules of thumb are right within a factor of this, four times of five. */
const UNKNOWN_SPREAD = { input: 1.6, output: 4 };
/** The newest outcome's weight once there are many; the first ones count equally. */
const WEIGHT = 0.05;
/** Four of five outcomes of a normal distribution lie within so many standard deviations. */
const EIGHTY_PERCENT = 1.2816;
/** Pairs of model and caller that are remembered. */
const MAX_PAIRS = 4096;

/** Learns how many tokens a model makes of a caller's bytes, and how much it answers. */
export class TokenCalibration {
  readonly #learned = new Bounded<string, Learned>(MAX_PAIRS);

  /** `limit`: the request's own bound of the output. */
  estimate(model: string, caller: string, bodyBytes: number, limit: number | null): TokenEstimate {
    const known = this.#learned.get(pair(model, caller));
    const rate = spread(known?.tokensPerByte, TOKENS_PER_BYTE, UNKNOWN_SPREAD.input);
    const output = spread(known?.outputTokens, TYPICAL_OUTPUT_TOKENS, UNKNOWN_SPREAD.output);
    const most = limit ?? Number.POSITIVE_INFINITY;
    const samples = known?.outputTokens.samples ?? 0;
    return {
      inputTokens: {
        expected: Math.ceil(rate.expected * bodyBytes),
        low: Math.ceil(rate.low * bodyBytes),
        high: Math.min(bodyBytes, Math.ceil(rate.high * bodyBytes)),
      },
      outputTokens: {
        expected: Math.min(most, Math.ceil(output.expected)),
        low: Math.min(most, Math.ceil(output.low)),
        high: Math.min(most, Math.ceil(output.high)),
      },
      confidence: samples / (samples + 10),
    };
  }

  /** A finished answer with the usage that its provider reported. */
  learn(model: string, caller: string, bodyBytes: number, usage: TokenUsage): void {
    const input = totalInput(usage);
    if (bodyBytes <= 0 || input <= 0) return;
    const name = pair(model, caller);
    let known = this.#learned.get(name);
    if (!known) {
      known = { tokensPerByte: newMean(), outputTokens: newMean() };
      this.#learned.set(name, known);
    }
    record(known.tokensPerByte, input / bodyBytes);
    if (usage.outputTokens > 0) record(known.outputTokens, usage.outputTokens);
  }
}

function pair(model: string, caller: string): string {
  return `${model}\n${caller}`;
}

function newMean(): LogMean {
  return { mean: 0, variance: 0, samples: 0 };
}

function record(mean: LogMean, value: number): void {
  mean.samples++;
  const weight = Math.max(WEIGHT, 1 / mean.samples);
  const distance = Math.log(value) - mean.mean;
  mean.mean += weight * distance;
  mean.variance = (1 - weight) * (mean.variance + weight * distance * distance);
}

function spread(mean: LogMean | undefined, rule: number, factor: number): Range {
  if (!mean || mean.samples === 0) return { expected: rule, low: rule / factor, high: rule * factor };
  // Few outcomes say little of their spread: the rule of thumb's fades with them.
  const own = Math.sqrt(mean.variance) * EIGHTY_PERCENT;
  const width = (own * (mean.samples - 1) + Math.log(factor)) / mean.samples;
  return {
    expected: Math.exp(mean.mean + mean.variance / 2),
    low: Math.exp(mean.mean - width),
    high: Math.exp(mean.mean + width),
  };
}
