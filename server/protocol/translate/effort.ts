import type { Effort, Reasoning } from './dialogue.ts';
import type { Warnings } from './warnings.ts';

/** Tokens that stand for an effort (Google, "OpenAI compatibility": Thinking), beyond it twice the last step. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};

/** The budget that a caller meant, `null` where the model is to choose. */
export function budgetOf({ budget, effort }: Reasoning): number | null {
  return budget ?? (effort === null ? null : BUDGETS[effort]);
}

/** The effort that a caller meant; a budget counts as the least effort that has as much. */
export function effortOf({ budget, effort }: Reasoning): Effort | null {
  if (effort !== null) return effort;
  if (budget === null) return null;
  if (budget === 0) return 'none';
  if (budget <= BUDGETS.low) return 'low';
  return budget <= BUDGETS.medium ? 'medium' : 'high';
}

/** An effort by its name on the wire, `null` for an unknown one. */
export function readEffort(value: unknown, warnings: Warnings): Effort | null {
  if (typeof value !== 'string') return null;
  if (Object.hasOwn(BUDGETS, value)) return value as Effort;
  warnings.leftOut(`the reasoning effort ${JSON.stringify(value)}`);
  return null;
}
