import type { Effort, Reasoning } from './dialogue.ts';
import { effortOf } from './effort.ts';
import type { Warnings } from './warnings.ts';

/**
 * The effort as OpenAI's model takes it (platform.openai.com/docs/guides/reasoning): models before GPT-5 but the
 * o-series don't reason, `none` came with GPT-5.1, and what is beyond `high` with later ones. Models of others are
 * taken at their word.
 */
export function openaiEffort(reasoning: Reasoning | null, model: string, warnings: Warnings): Effort | null {
  const effort = reasoning && effortOf(reasoning);
  if (effort === null) return null;
  if (/gpt-[34]/.test(model)) {
    if (effort !== 'none') warnings.say('this model does not reason: the reasoning effort was left out');
    return null;
  }
  const lowest = lowestEffort(model);
  if (lowest === null) return effort;
  const nearest =
    effort === 'none' || effort === 'minimal'
      ? lowest
      : effort === 'xhigh' || effort === 'max'
        ? 'high'
        : effort;
  if (nearest !== effort) warnings.say(`this model has no reasoning effort "${effort}": it has "${nearest}"`);
  return nearest;
}

function lowestEffort(model: string): Effort | null {
  if (/(^|\/)o[134](-|$)/.test(model)) return 'low';
  return /gpt-5(-|$)/.test(model) ? 'minimal' : null;
}
