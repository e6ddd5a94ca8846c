import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { Dialogue, OutputFormat, Reasoning, ToolChoice, Turn } from './dialogue.ts';
import { readEffort } from './effort.ts';
import { readOpenaiOptions } from './openai-options.ts';
import { plainText } from './read-chat-request.ts';
import { needText, numberOf, objectsOf, textsOf, warnOfUnknown } from './read-fields.ts';
import { readItems, toolsWithin } from './read-responses-items.ts';
import { readResponsesTools, toolNameOf } from './read-responses-tools.ts';
import { splitSystem } from './split-system.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

const KNOWN = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'max_output_tokens',
  'temperature',
  'top_p',
  'reasoning',
  'stream',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'store',
  'include',
  // How the stream is padded.
  'stream_options',
  'truncation',
]);

const KNOWN_TEXT = new Set(['format', 'verbosity']);
const KNOWN_REASONING = new Set(['effort', 'summary', 'generate_summary']);

/** What lives with the account that answered first. */
const STORED = ['previous_response_id', 'conversation', 'prompt'];

/** Reads a Responses request (platform.openai.com/docs/api-reference/responses/create). */
export function readResponsesRequest(body: JsonObject, warnings: Warnings): Dialogue {
  for (const name of STORED) {
    if (body[name] === undefined || body[name] === null) continue;
    throw new Untranslatable(
      `"${name}" refers to what an OpenAI account has stored: send the whole conversation as "input".`,
    );
  }
  if (body['background'] === true) {
    throw new Untranslatable('"background" needs a provider that stores responses.');
  }
  const openaiOptions = readOpenaiOptions(body, KNOWN, warnings);
  if (body['store'] === true) warnings.leftOut('store');
  if (body['truncation'] === 'auto') warnings.leftOut('truncation');
  warnOfInclude(body['include'], warnings);
  const instructions = asText(body['instructions']) ?? '';
  const first: Turn = { role: 'system', parts: [{ type: 'text', text: instructions }] };
  const text = asObject(body['text']);
  warnOfUnknown(text, KNOWN_TEXT, 'text.', warnings);
  return {
    model: needText(body['model'], '"model"'),
    ...splitSystem([...(instructions === '' ? [] : [first]), ...readInput(body['input'], warnings)]),
    tools: readResponsesTools([...objectsOf(body['tools']), ...toolsWithin(body['input'])], warnings),
    toolChoice: readToolChoice(body['tool_choice'], warnings),
    parallelTools: body['parallel_tool_calls'] !== false,
    output: readOutput(asObject(text?.['format']), warnings),
    maxOutputTokens: numberOf(body['max_output_tokens']),
    stop: [],
    sampling: {
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
      topK: null,
      seed: null,
      presencePenalty: null,
      frequencyPenalty: null,
    },
    reasoning: readReasoning(asObject(body['reasoning']), warnings),
    verbosity: asText(text?.['verbosity']),
    stream: body['stream'] === true,
    streamUsage: true,
    endUser: asText(body['safety_identifier']) ?? asText(body['user']),
    cacheKey: asText(body['prompt_cache_key']),
    openaiOptions,
  };
}

function warnOfInclude(value: unknown, warnings: Warnings): void {
  // Reasoning comes sealed in any case.
  for (const name of textsOf(value)) {
    if (name !== 'reasoning.encrypted_content') warnings.leftOut(`include ${name}`);
  }
}

function readInput(input: unknown, warnings: Warnings): readonly Turn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }];
  return readItems(objectsOf(input), warnings);
}

function readToolChoice(value: unknown, warnings: Warnings): ToolChoice {
  if (value === 'none' || value === 'required' || value === 'auto') return { mode: value };
  const choice = asObject(value);
  const name = asText(choice?.['name']);
  if (name !== null && (choice?.['type'] === 'function' || choice?.['type'] === 'custom')) {
    return { mode: 'named', name: toolNameOf(asText(choice['namespace']), name) };
  }
  if (choice?.['type'] === 'allowed_tools') {
    warnings.leftOut('allowed_tools of tool_choice');
    return { mode: choice['mode'] === 'required' ? 'required' : 'auto' };
  }
  if (choice) warnings.leftOut(`tool_choice of type ${JSON.stringify(choice['type'])}`);
  return { mode: 'auto' };
}

function readOutput(format: JsonObject | null, warnings: Warnings): OutputFormat {
  if (format?.['type'] === 'json_object') return { type: 'json' };
  if (format?.['type'] !== 'json_schema') return plainText('text.format', format, warnings);
  return {
    type: 'schema',
    name: asText(format['name']) ?? 'answer',
    description: asText(format['description']),
    schema: asObject(format['schema']) ?? { type: 'object' },
    strict: format['strict'] === true,
  };
}

function readReasoning(value: JsonObject | null, warnings: Warnings): Reasoning | null {
  if (!value) return null;
  warnOfUnknown(value, KNOWN_REASONING, 'reasoning.', warnings);
  const effort = readEffort(value['effort'], warnings);
  const visible = asText(value['summary'] ?? value['generate_summary']) !== null;
  return effort === null && !visible ? null : { effort, budget: null, visible };
}
