import type { JsonObject } from '../read-json.ts';
import { claudeTraits } from './claude-models.ts';
import type { Dialogue, Effort, Turn } from './dialogue.ts';
import { budgetOf, effortOf } from './effort.ts';
import type { Warnings } from './warnings.ts';

const MIN_BUDGET = 1_024;

/** What a request says of thinking. */
export interface MessagesReasoning {
  readonly thinking?: JsonObject;
  /** `output_config.effort`. */
  readonly effort: string | null;
}

const NONE: MessagesReasoning = { effort: null };

/** Thinking as the model takes it (Anthropic, "Extended thinking" and "Adaptive thinking"). */
export function messagesReasoning(
  { reasoning, model, turns }: Dialogue,
  limit: number,
  choice: JsonObject | null,
  warnings: Warnings,
): MessagesReasoning {
  if (!reasoning) return NONE;
  const { thinking } = claudeTraits(model);
  const effort = effortOf(reasoning);
  if (effort === 'none') return thinking === 'none' ? NONE : { thinking: { type: 'disabled' }, effort: null };
  if (thinking === 'none') {
    warnings.say('this model does not think: the reasoning effort was left out');
    return NONE;
  }
  if (choice?.['type'] === 'any' || choice?.['type'] === 'tool') {
    warnings.say('Anthropic does not think where a tool has to be called: the reasoning effort was left out');
    return NONE;
  }
  if (thinking === 'adaptive') {
    const display = reasoning.visible ? { display: 'summarized' } : {};
    return { thinking: { type: 'adaptive', ...display }, effort: effort && effortName(effort) };
  }
  // The budget is a part of the limit: half of it is left for the answer.
  const budget = Math.min(budgetOf(reasoning) ?? MIN_BUDGET, Math.floor(limit / 2));
  if (budget < MIN_BUDGET) {
    warnings.say('the output limit leaves no room for thinking: the reasoning effort was left out');
    return NONE;
  }
  if (lacksThinking(turns)) {
    warnings.say(
      'Anthropic does not begin to think between a tool call and its result: thinking is off here',
    );
    return NONE;
  }
  return { thinking: { type: 'enabled', budget_tokens: budget }, effort: null };
}

function effortName(effort: Exclude<Effort, 'none'>): string {
  return effort === 'minimal' ? 'low' : effort;
}

/** With a budget, the assistant's turn that tool results answer has to begin with Anthropic's own thinking. */
function lacksThinking(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (!last?.parts.some(({ type }) => type === 'tool_result')) return false;
  const before = turns.at(-2)?.parts[0];
  return !(before?.type === 'thinking' && before.signature?.origin === 'anthropic-messages');
}

/** Temperature and its like, as far as the model takes them beside thinking. */
export function clampedTemperature(
  { sampling, model }: Dialogue,
  thinks: boolean,
  warnings: Warnings,
): JsonObject {
  const { temperature, topP, topK } = sampling;
  if (!claudeTraits(model).sampling) {
    if (temperature !== null && temperature !== 1)
      warnings.say('this model takes no temperature: it was left out');
    if (topP !== null && topP !== 1) warnings.say('this model takes no top_p: it was left out');
    if (topK !== null) warnings.say('this model takes no top_k: it was left out');
    return {};
  }
  if (thinks) {
    if (temperature !== null && temperature !== 1)
      warnings.say('temperature is fixed while the model thinks: it was left out');
    if (topP !== null && topP < 0.95)
      warnings.say('top_p below 0.95 is not taken while the model thinks: it was left out');
    if (topK !== null) warnings.say('top_k is not taken while the model thinks: it was left out');
    return {};
  }
  if (temperature !== null && temperature > 1)
    warnings.say('temperature was lowered to 1, the highest that Anthropic takes');
  // Models since 4.1 refuse both at once.
  if (temperature !== null && topP !== null && topP !== 1)
    warnings.say('top_p is not taken beside temperature: it was left out');
  return {
    ...(temperature === null ? {} : { temperature: Math.min(temperature, 1) }),
    ...(topP === null || temperature !== null ? {} : { top_p: topP }),
    ...(topK === null ? {} : { top_k: topK }),
  };
}
