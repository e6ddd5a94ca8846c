import type { JsonObject } from '../read-json.ts';
import { warnOfCacheHints } from './cache-hints.ts';
import type { Dialogue, Effort, Reasoning } from './dialogue.ts';
import { budgetOf, effortOf } from './effort.ts';
import { warnOfDetail } from './media.ts';
import { present } from './write-chat-request.ts';
import type { Warnings } from './warnings.ts';
import { writeContents } from './write-gemini-contents.ts';
import { toolNameFor } from './wire-names.ts';

const MAX_STOPS = 5;
const NO_REST = 'this model can not do without thinking: it thinks as little as it can';

/** Writes a generateContent request. The model and whether it streams are the path's to say. */
export function writeGeminiRequest(dialogue: Dialogue, warnings: Warnings): JsonObject {
  warnOfCacheHints(dialogue, warnings);
  warnOfTheRest(dialogue, warnings);
  warnOfDetail(dialogue, warnings);
  const system = dialogue.system.map(({ text }) => ({ text }));
  const config = writeConfig(dialogue, warnings);
  return {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    contents: writeContents(dialogue, warnings),
    ...writeTools(dialogue),
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
  };
}

function writeConfig(dialogue: Dialogue, warnings: Warnings): JsonObject {
  const { sampling, stop, output, reasoning } = dialogue;
  if (stop.length > MAX_STOPS)
    warnings.say(`Gemini takes ${MAX_STOPS} stop sequences: the others were left out`);
  const json = output.type === 'text' ? {} : { responseMimeType: 'application/json' };
  return {
    ...present({
      temperature: sampling.temperature,
      topP: sampling.topP,
      topK: sampling.topK,
      seed: sampling.seed,
      presencePenalty: sampling.presencePenalty,
      frequencyPenalty: sampling.frequencyPenalty,
      maxOutputTokens: dialogue.maxOutputTokens,
    }),
    ...(stop.length === 0 ? {} : { stopSequences: stop.slice(0, MAX_STOPS) }),
    ...json,
    ...(output.type === 'schema' ? { responseJsonSchema: output.schema } : {}),
    ...(reasoning ? { thinkingConfig: writeThinking(reasoning, dialogue.model, warnings) } : {}),
  };
}

/** Levels since Gemini 3, budgets before it (ai.google.dev/gemini-api/docs/thinking). */
function writeThinking(reasoning: Reasoning, model: string, warnings: Warnings): JsonObject {
  const includeThoughts = reasoning.visible;
  if (/gemini-(1|2)/.test(model)) {
    const budget = budgetOf(reasoning);
    // Pro can't do without.
    const least = /-pro/.test(model) ? 128 : 0;
    if (budget === 0 && least > 0) warnings.say(NO_REST);
    return { includeThoughts, ...(budget === null ? {} : { thinkingBudget: Math.max(budget, least) }) };
  }
  const effort = effortOf(reasoning);
  if (effort === 'none') warnings.say(NO_REST);
  if (effort === 'xhigh' || effort === 'max')
    warnings.say(`this model has no reasoning effort "${effort}": it has "high"`);
  return { includeThoughts, ...(effort === null ? {} : { thinkingLevel: levelOf(effort) }) };
}

function levelOf(effort: Effort): string {
  switch (effort) {
    case 'none':
    case 'minimal':
      return 'MINIMAL';
    case 'low':
      return 'LOW';
    case 'medium':
      return 'MEDIUM';
    case 'high':
    case 'xhigh':
    case 'max':
      return 'HIGH';
  }
}

function writeTools({ tools, toolChoice }: Dialogue): JsonObject {
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name: toolNameFor('gemini-generate', name),
    ...present({ description }),
    parametersJsonSchema: parameters,
  }));
  const config = writeChoice(toolChoice);
  return {
    tools: [{ functionDeclarations }],
    ...(config ? { toolConfig: { functionCallingConfig: config } } : {}),
  };
}

function writeChoice(choice: Dialogue['toolChoice']): JsonObject | null {
  switch (choice.mode) {
    case 'auto':
      return null;
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [toolNameFor('gemini-generate', choice.name)] };
  }
}

function warnOfTheRest(
  { tools, parallelTools, verbosity, endUser, cacheKey }: Dialogue,
  warnings: Warnings,
): void {
  if (tools.length > 0 && !parallelTools)
    warnings.say('Gemini may call several tools at once: it can not be told not to');
  if (tools.some(({ strict }) => strict)) warnings.leftOut('strict of a tool');
  if (verbosity !== null) warnings.leftOut('verbosity');
  if (endUser !== null) warnings.leftOut('the name of the end user');
  if (cacheKey !== null) warnings.leftOut('prompt_cache_key');
}
