import { asObject, asText, type JsonObject } from '../read-json.ts';
import type {
  Dialogue,
  DocumentPart,
  ImagePart,
  OutputFormat,
  Part,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolChoice,
  ToolDefinition,
  Turn,
} from './dialogue.ts';
import { readEffort } from './effort.ts';
import { freeformArguments, freeformTool } from './freeform-tool.ts';
import { mediaTypeOf, readMediaUrl } from './media.ts';
import { readOpenaiOptions } from './openai-options.ts';
import { cacheHint, needText, numberOf, objectsOf, textsOf } from './read-fields.ts';
import { splitSystem } from './split-system.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

const KNOWN = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'functions',
  'parallel_tool_calls',
  'response_format',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'verbosity',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'n',
  'store',
  'modalities',
  'audio',
]);

/** Reads a Chat Completions request (platform.openai.com/docs/api-reference/chat/create). */
export function readChatRequest(body: JsonObject, warnings: Warnings): Dialogue {
  if (numberOf(body['n']) !== null && body['n'] !== 1) {
    throw new Untranslatable(
      'More than one answer ("n") can only be asked of a provider of Chat Completions.',
    );
  }
  if (asObject(body['audio']) || textsOf(body['modalities']).includes('audio')) throw noAudio();
  if (body['functions'] !== undefined) throw new Untranslatable('Use "tools" in place of "functions".');
  const openaiOptions = readOpenaiOptions(body, KNOWN, warnings);
  if (body['store'] === true) warnings.leftOut('store');
  const effort = readEffort(body['reasoning_effort'], warnings);
  return {
    model: needText(body['model'], '"model"'),
    ...splitSystem(readMessages(objectsOf(body['messages']), warnings)),
    tools: objectsOf(body['tools']).flatMap((tool) => readTool(tool, warnings)),
    toolChoice: readToolChoice(body['tool_choice'], warnings),
    parallelTools: body['parallel_tool_calls'] !== false,
    output: readOutput(asObject(body['response_format']), warnings),
    maxOutputTokens: numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']),
    stop: textsOf(body['stop']),
    sampling: {
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
      topK: numberOf(body['top_k']),
      seed: numberOf(body['seed']),
      presencePenalty: numberOf(body['presence_penalty']),
      frequencyPenalty: numberOf(body['frequency_penalty']),
    },
    reasoning: effort === null ? null : { effort, budget: null, visible: true },
    verbosity: asText(body['verbosity']),
    stream: body['stream'] === true,
    streamUsage: asObject(body['stream_options'])?.['include_usage'] === true,
    endUser: asText(body['safety_identifier']) ?? asText(body['user']),
    cacheKey: asText(body['prompt_cache_key']),
    openaiOptions,
  };
}

function noAudio(): Untranslatable {
  return new Untranslatable('Audio can only be sent to a provider that speaks the protocol of the request.');
}

function readMessages(messages: readonly JsonObject[], warnings: Warnings): readonly Turn[] {
  return messages.map((message): Turn => {
    if (asText(message['name'])) warnings.leftOut('name of a message');
    switch (message['role']) {
      case 'system':
      case 'developer':
        return { role: 'system', parts: readParts(message['content']) };
      case 'assistant':
        return { role: 'assistant', parts: readAssistant(message) };
      case 'tool':
        return { role: 'user', parts: [readToolResult(message)] };
      case 'user':
        return { role: 'user', parts: readParts(message['content']) };
      default:
        throw new Untranslatable(`A message has the role ${JSON.stringify(message['role'])}.`);
    }
  });
}

function readToolResult(message: JsonObject): Part {
  const parts = readParts(message['content']);
  return { type: 'tool_result', callId: asText(message['tool_call_id']) ?? '', parts, isError: false };
}

function readAssistant(message: JsonObject): readonly Part[] {
  if (asObject(message['audio'])) throw noAudio();
  // Not OpenAI's: DeepSeek and OpenRouter show reasoning so, and some tools send it back.
  const reasoning = asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? '';
  const thinking: ThinkingPart = { type: 'thinking', text: reasoning, signature: null };
  const refusal = asText(message['refusal']);
  return [
    ...(reasoning === '' ? [] : [thinking]),
    ...readParts(message['content']),
    ...(refusal === null ? [] : [{ type: 'text', text: refusal } as const]),
    ...objectsOf(message['tool_calls']).map(readToolCall),
  ];
}

function readToolCall(call: JsonObject): ToolCallPart {
  const id = asText(call['id']) ?? '';
  const custom = asObject(call['custom']);
  if (custom) {
    const args = freeformArguments(asText(custom['input']) ?? '');
    return { type: 'tool_call', id, name: asText(custom['name']) ?? '', arguments: args };
  }
  const called = asObject(call['function']);
  const args = asText(called?.['arguments']) ?? '';
  return { type: 'tool_call', id, name: asText(called?.['name']) ?? '', arguments: args };
}

function readParts(content: unknown): readonly (TextPart | ImagePart | DocumentPart)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return objectsOf(content).map(readPart);
}

function readPart(part: JsonObject): TextPart | ImagePart | DocumentPart {
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: asText(part['text']) ?? '', ...cacheHint(part) };
    case 'refusal':
      return { type: 'text', text: asText(part['refusal']) ?? '' };
    case 'image_url': {
      const image = asObject(part['image_url']);
      const detail = asText(image?.['detail']);
      const source = readMediaUrl(needText(image?.['url'], 'image_url.url'));
      return { type: 'image', source, ...(detail === null ? {} : { detail }), ...cacheHint(part) };
    }
    case 'file':
      return readFile(asObject(part['file']) ?? {});
    case 'input_audio':
      throw noAudio();
    default:
      throw new Untranslatable(`A part of type ${JSON.stringify(part['type'])} can't be translated.`);
  }
}

function readFile(file: JsonObject): DocumentPart {
  const data = asText(file['file_data']);
  const title = asText(file['filename']);
  if (data === null) {
    throw new Untranslatable(
      'A file id belongs to the account that holds the file: send "file_data" instead.',
    );
  }
  const source = readMediaUrl(data);
  // Some tools leave out the head of the data URL.
  if (source.kind === 'base64') return { type: 'document', title, source };
  const mediaType = mediaTypeOf(title ?? '', 'application/pdf');
  return { type: 'document', title, source: { kind: 'base64', mediaType, data } };
}

function readTool(tool: JsonObject, warnings: Warnings): readonly ToolDefinition[] {
  const defined = asObject(tool['function']);
  if (tool['type'] === 'function' && defined) {
    return [
      {
        name: needText(defined['name'], 'name of a tool'),
        description: asText(defined['description']),
        parameters: asObject(defined['parameters']) ?? { type: 'object', properties: {} },
        strict: defined['strict'] === true,
        ...cacheHint(tool),
      },
    ];
  }
  const custom = asObject(tool['custom']);
  if (tool['type'] === 'custom' && custom) return [freeformTool(custom, null)];
  warnings.leftOut(`the tool of type ${JSON.stringify(tool['type'])}`);
  return [];
}

function readToolChoice(value: unknown, warnings: Warnings): ToolChoice {
  if (value === 'none' || value === 'required' || value === 'auto') return { mode: value };
  const choice = asObject(value);
  const name = asText(asObject(choice?.['function'] ?? choice?.['custom'])?.['name']);
  if (name !== null) return { mode: 'named', name };
  const allowed = asObject(choice?.['allowed_tools']);
  if (allowed) warnings.leftOut('allowed_tools of tool_choice');
  return { mode: allowed?.['mode'] === 'required' ? 'required' : 'auto' };
}

/** A form of the answer that is not known here, such as a grammar, is none. */
export function plainText(where: string, format: JsonObject | null, warnings: Warnings): OutputFormat {
  const type = format?.['type'];
  if (type !== undefined && type !== 'text') warnings.leftOut(`${where} of type ${JSON.stringify(type)}`);
  return { type: 'text' };
}

function readOutput(format: JsonObject | null, warnings: Warnings): OutputFormat {
  const described = asObject(format?.['json_schema']);
  if (format?.['type'] === 'json_object') return { type: 'json' };
  if (format?.['type'] !== 'json_schema' || !described) return plainText('response_format', format, warnings);
  return {
    type: 'schema',
    name: asText(described['name']) ?? 'answer',
    description: asText(described['description']),
    schema: asObject(described['schema']) ?? { type: 'object' },
    strict: described['strict'] === true,
  };
}
