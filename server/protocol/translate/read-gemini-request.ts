import type { PathFacts } from '../../core/ports/codec.ts';
import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { Dialogue, OutputFormat, Reasoning, ToolChoice, ToolDefinition } from './dialogue.ts';
import { readEffort } from './effort.ts';
import { plainSchema } from './gemini-schema.ts';
import { needText, numberOf, objectsOf, textsOf, warnOfUnknown } from './read-fields.ts';
import { readContents, readSystem } from './read-gemini-contents.ts';
import { mergeTurns } from './split-system.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

const KNOWN = new Set([
  'model',
  'contents',
  'systemInstruction',
  'system_instruction',
  'tools',
  'toolConfig',
  'tool_config',
  'generationConfig',
  'generation_config',
  'cachedContent',
]);
const KNOWN_CONFIG = new Set([
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'candidateCount',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'thinkingConfig',
  'responseModalities',
]);

const KNOWN_TOOL_CONFIG = new Set(['functionCallingConfig']);
/** The schema of what comes back is only a description. */
const KNOWN_FUNCTION = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'response',
  'responseJsonSchema',
]);

/** Reads a generateContent request (ai.google.dev/api/generate-content). */
export function readGeminiRequest(body: JsonObject, path: PathFacts, warnings: Warnings): Dialogue {
  if (body['cachedContent'] !== undefined) {
    throw new Untranslatable('"cachedContent" lives with the Google project that made it.');
  }
  const config = asObject(body['generationConfig'] ?? body['generation_config']) ?? {};
  if ((numberOf(config['candidateCount']) ?? 1) !== 1) {
    throw new Untranslatable('More than one candidate can only be asked of Gemini.');
  }
  if (textsOf(config['responseModalities']).some((kind) => kind.toUpperCase() !== 'TEXT')) {
    throw new Untranslatable('Only text can be asked of a provider of another protocol.');
  }
  warnOfUnknown(body, KNOWN, '', warnings);
  warnOfUnknown(config, KNOWN_CONFIG, 'generationConfig.', warnings);
  const toolConfig = asObject(body['toolConfig'] ?? body['tool_config']);
  warnOfUnknown(toolConfig, KNOWN_TOOL_CONFIG, 'toolConfig.', warnings);
  const { choice, allowed } = readToolChoice(asObject(toolConfig?.['functionCallingConfig']), warnings);
  const tools = objectsOf(body['tools']).flatMap((tool) => readTools(tool, warnings));
  return {
    model: needText(path.model, 'model'),
    system: readSystem(body['systemInstruction'] ?? body['system_instruction']),
    turns: mergeTurns(readContents(objectsOf(body['contents']), warnings)),
    tools: allowed === null ? tools : tools.filter(({ name }) => allowed.includes(name)),
    toolChoice: choice,
    parallelTools: true,
    output: readOutput(config, warnings),
    maxOutputTokens: numberOf(config['maxOutputTokens']),
    stop: textsOf(config['stopSequences']),
    sampling: {
      temperature: numberOf(config['temperature']),
      topP: numberOf(config['topP']),
      topK: numberOf(config['topK']),
      seed: numberOf(config['seed']),
      presencePenalty: numberOf(config['presencePenalty']),
      frequencyPenalty: numberOf(config['frequencyPenalty']),
    },
    reasoning: readReasoning(asObject(config['thinkingConfig']), warnings),
    verbosity: null,
    stream: path.stream,
    streamUsage: true,
    endUser: null,
    cacheKey: null,
    openaiOptions: {},
  };
}

function readTools(tool: JsonObject, warnings: Warnings): readonly ToolDefinition[] {
  for (const name of Object.keys(tool)) {
    if (name !== 'functionDeclarations' && name !== 'function_declarations')
      warnings.leftOut(`the tool ${name}`);
  }
  const declarations = objectsOf(tool['functionDeclarations'] ?? tool['function_declarations']);
  for (const declared of declarations) warnOfUnknown(declared, KNOWN_FUNCTION, "a function's ", warnings);
  return declarations.map((declared) => ({
    name: needText(declared['name'], 'name of a function'),
    description: asText(declared['description']),
    parameters:
      asObject(declared['parametersJsonSchema']) ??
      plainSchema(asObject(declared['parameters']) ?? { type: 'object', properties: {} }),
    strict: false,
  }));
}

function readToolChoice(
  config: JsonObject | null,
  warnings: Warnings,
): {
  readonly choice: ToolChoice;
  readonly allowed: readonly string[] | null;
} {
  const names = textsOf(config?.['allowedFunctionNames']);
  const only = names.length === 1 ? names[0] : undefined;
  switch (config?.['mode']) {
    case 'NONE':
      return { choice: { mode: 'none' }, allowed: null };
    case 'ANY':
      if (only !== undefined) return { choice: { mode: 'named', name: only }, allowed: null };
      return { choice: { mode: 'required' }, allowed: names.length === 0 ? null : names };
    case 'VALIDATED':
      warnings.leftOut('the mode VALIDATED of functionCallingConfig');
      return { choice: { mode: 'auto' }, allowed: names.length === 0 ? null : names };
    default:
      return { choice: { mode: 'auto' }, allowed: names.length === 0 ? null : names };
  }
}

function readOutput(config: JsonObject, warnings: Warnings): OutputFormat {
  const mediaType = asText(config['responseMimeType']);
  // One of several words, where others can only give JSON.
  if (mediaType !== null && mediaType !== 'application/json' && mediaType !== 'text/plain') {
    warnings.leftOut(`responseMimeType ${mediaType}`);
    return { type: 'text' };
  }
  const given = asObject(config['responseJsonSchema'] ?? config['_responseJsonSchema']);
  const older = asObject(config['responseSchema']);
  const schema = given ?? (older ? plainSchema(older) : null);
  if (schema) return { type: 'schema', name: 'answer', description: null, schema, strict: false };
  return mediaType === 'application/json' ? { type: 'json' } : { type: 'text' };
}

function readReasoning(config: JsonObject | null, warnings: Warnings): Reasoning | null {
  if (!config) return null;
  const effort = readEffort(asText(config['thinkingLevel'])?.toLowerCase(), warnings);
  const budget = numberOf(config['thinkingBudget']);
  const visible = config['includeThoughts'] === true;
  // -1 leaves the amount to the model.
  return { effort, budget: budget !== null && budget >= 0 ? budget : null, visible };
}
