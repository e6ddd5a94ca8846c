import type { JsonObject } from '../read-json.ts';
import { claudeTraits } from './claude-models.ts';
import type { Dialogue, ToolDefinition } from './dialogue.ts';
import { clampedTemperature, messagesReasoning } from './messages-reasoning.ts';
import { warnOfDetail } from './media.ts';
import { writeMessages, writeSystem } from './write-messages-turns.ts';
import { isClosed, objectSchema } from './json-schema.ts';
import type { Warnings } from './warnings.ts';
import { toolNameFor } from './wire-names.ts';

/** The tool whose arguments are the answer, where the model can't be held to a schema otherwise. */
export const ANSWER_TOOL = 'final_answer';

/** What the caller's protocol may leave out, and Anthropic's must have. */
export interface MessagesDefaults {
  /** `max_tokens` for a caller who sets no limit. */
  readonly maxTokens: number;
}

/** Writes an Anthropic Messages request. `model`: the one that is to answer, which decides what it takes. */
export function writeMessagesRequest(
  dialogue: Dialogue,
  { maxTokens }: MessagesDefaults,
  warnings: Warnings,
): JsonObject {
  const traits = claudeTraits(dialogue.model);
  const limit = dialogue.maxOutputTokens ?? maxTokens;
  const output = outputBy(dialogue, warnings);
  const choice = toolChoice(dialogue, output);
  const reasoning = messagesReasoning(dialogue, limit, choice, warnings);
  warnOfTheRest(dialogue, warnings);
  warnOfDetail(dialogue, warnings);
  const tools = [...dialogue.tools.map((tool) => writeTool(tool, traits.schemas, warnings)), ...output.tools];
  return {
    model: dialogue.model,
    max_tokens: limit,
    ...writeSystem(dialogue.system, output.instruction),
    messages: writeMessages(dialogue.turns, warnings),
    ...(tools.length === 0 ? {} : { tools, ...(choice === null ? {} : { tool_choice: choice }) }),
    ...writeStops(dialogue, warnings),
    ...clampedTemperature(dialogue, reasoning.thinking !== undefined, warnings),
    ...(reasoning.thinking === undefined ? {} : { thinking: reasoning.thinking }),
    ...outputConfig(reasoning.effort, output.format),
    ...(dialogue.endUser === null ? {} : { metadata: { user_id: dialogue.endUser } }),
    ...automaticCache(dialogue, warnings),
    ...(dialogue.stream ? { stream: true } : {}),
  };
}

/** Anthropic refuses sequences of white space alone. */
function writeStops({ stop }: Dialogue, warnings: Warnings): JsonObject {
  const taken = stop.filter((sequence) => sequence.trim() !== '');
  if (taken.length < stop.length) {
    warnings.say('Anthropic takes no stop sequence of white space alone: it was left out');
  }
  return taken.length === 0 ? {} : { stop_sequences: taken };
}

/**
 * Other protocols' caches need no marks: a caller that gives tools comes back with the same beginning, so the cache is
 * switched on for it (Anthropic, "Prompt caching": automatic caching). Where the caller set marks itself, they count.
 */
function automaticCache({ tools, system, turns }: Dialogue, warnings: Warnings): JsonObject {
  const marked =
    [...system, ...tools].some((entry) => entry.cache) ||
    turns.some(({ parts }) => parts.some((part) => 'cache' in part && part.cache));
  if (tools.length === 0 || marked) return {};
  warnings.say('cache_control was added, since Anthropic caches prompts only where asked to');
  return { cache_control: { type: 'ephemeral' } };
}

interface OutputPlan {
  readonly format: JsonObject | null;
  readonly tools: readonly JsonObject[];
  readonly instruction: string | null;
}

const PLAIN: OutputPlan = { format: null, tools: [], instruction: null };

/** How the answer's form is asked for: by schema, by a tool that has to be called, or in words. */
function outputBy({ output, model }: Dialogue, warnings: Warnings): OutputPlan {
  if (output.type === 'text') return PLAIN;
  if (output.type === 'json') {
    warnings.say('Anthropic has no JSON mode without a schema: the system prompt asks for JSON');
    return { ...PLAIN, instruction: 'Answer with one JSON object and nothing else.' };
  }
  // Structured outputs take only closed schemas (Anthropic, "Structured outputs").
  if (isClosed(output.schema) && claudeTraits(model).schemas) {
    return { ...PLAIN, format: { type: 'json_schema', schema: output.schema } };
  }
  warnings.say(`the JSON schema is asked for by the tool ${ANSWER_TOOL}, which the model has to call`);
  const description = output.description ?? 'Gives the final answer. Call it exactly once.';
  const tool = { name: ANSWER_TOOL, description, input_schema: objectSchema(output.schema) };
  return { ...PLAIN, tools: [tool] };
}

function toolChoice({ tools, toolChoice, parallelTools }: Dialogue, output: OutputPlan): JsonObject | null {
  const single = parallelTools ? {} : { disable_parallel_tool_use: true };
  if (output.tools.length > 0) {
    // Beside tools of the caller the model may call those first.
    const free = tools.length > 0 && toolChoice.mode !== 'none';
    return free ? { type: 'any', ...single } : { type: 'tool', name: ANSWER_TOOL };
  }
  switch (toolChoice.mode) {
    case 'auto':
      return parallelTools ? null : { type: 'auto', ...single };
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any', ...single };
    case 'named':
      return { type: 'tool', name: toolNameFor('anthropic-messages', toolChoice.name), ...single };
  }
}

function writeTool(tool: ToolDefinition, takesStrict: boolean, warnings: Warnings): JsonObject {
  const { name, description, parameters, strict, cache } = tool;
  if (strict && !takesStrict) warnings.say('this model knows no strict tools: "strict" was left out');
  return {
    name: toolNameFor('anthropic-messages', name),
    ...(description === null ? {} : { description }),
    input_schema: objectSchema(parameters),
    ...(strict && takesStrict ? { strict } : {}),
    ...(cache ? { cache_control: { type: 'ephemeral', ttl: cache.ttl } } : {}),
  };
}

function outputConfig(effort: string | null, format: JsonObject | null): JsonObject {
  if (effort === null && format === null) return {};
  return {
    output_config: { ...(effort === null ? {} : { effort }), ...(format === null ? {} : { format }) },
  };
}

function warnOfTheRest({ sampling, verbosity, cacheKey }: Dialogue, warnings: Warnings): void {
  if (sampling.seed !== null) warnings.leftOut('seed');
  if (sampling.presencePenalty) warnings.leftOut('presence_penalty');
  if (sampling.frequencyPenalty) warnings.leftOut('frequency_penalty');
  if (verbosity !== null) warnings.leftOut('verbosity');
  if (cacheKey !== null) warnings.leftOut('prompt_cache_key');
}
