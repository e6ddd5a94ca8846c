import { asObject, asText, type JsonObject } from '../read-json.ts';
import type {
  Dialogue,
  DocumentPart,
  ImagePart,
  MediaSource,
  OutputFormat,
  Part,
  Reasoning,
  TextPart,
  ToolChoice,
  ToolDefinition,
  Turn,
} from './dialogue.ts';
import { readEffort } from './effort.ts';
import {
  cacheHint,
  needText,
  numberOf,
  objectsOf,
  objectText,
  textsOf,
  warnOfUnknown,
} from './read-fields.ts';
import { openSignature } from './signature-seal.ts';
import { mergeTurns } from './split-system.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

const KNOWN = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'stream',
]);

const KNOWN_CONFIG = new Set(['effort', 'format']);
const KNOWN_METADATA = new Set(['user_id']);
const KNOWN_TOOL = new Set([
  'name',
  'type',
  'description',
  'input_schema',
  'strict',
  'cache_control',
  // How its arguments are streamed.
  'eager_input_streaming',
]);
const KNOWN_DOCUMENT = new Set(['type', 'source', 'title', 'citations', 'cache_control']);

/** Claude Code's note to Anthropic, which changes from request to request: it would spoil every other cache. */
const BILLING_LINE = 'x-anthropic-billing-header';

/** Reads an Anthropic Messages request (platform.claude.com/docs/en/api/messages). */
export function readMessagesRequest(body: JsonObject, warnings: Warnings): Dialogue {
  if (body['container'] !== undefined && body['container'] !== null) {
    throw new Untranslatable('A container lives with Anthropic: only its own keys can serve this request.');
  }
  warnOfUnknown(body, KNOWN, '', warnings);
  const config = asObject(body['output_config']);
  warnOfUnknown(config, KNOWN_CONFIG, 'output_config.', warnings);
  warnOfUnknown(asObject(body['metadata']), KNOWN_METADATA, 'metadata.', warnings);
  const choice = asObject(body['tool_choice']);
  return {
    model: needText(body['model'], '"model"'),
    system: readSystem(body['system'], warnings),
    turns: mergeTurns(objectsOf(body['messages']).map((message) => readTurn(message, warnings))),
    tools: objectsOf(body['tools']).flatMap((tool) => readTool(tool, warnings)),
    toolChoice: readToolChoice(choice),
    parallelTools: choice?.['disable_parallel_tool_use'] !== true,
    output: readOutput(asObject(config?.['format'] ?? body['output_format'])),
    maxOutputTokens: numberOf(body['max_tokens']),
    stop: textsOf(body['stop_sequences']),
    sampling: {
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
      topK: numberOf(body['top_k']),
      seed: null,
      presencePenalty: null,
      frequencyPenalty: null,
    },
    reasoning: readReasoning(asObject(body['thinking']), config?.['effort'], warnings),
    verbosity: null,
    stream: body['stream'] === true,
    streamUsage: true,
    endUser: asText(asObject(body['metadata'])?.['user_id']),
    cacheKey: null,
    openaiOptions: {},
  };
}

function readSystem(value: unknown, warnings: Warnings): readonly TextPart[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return objectsOf(value).flatMap((part): readonly TextPart[] => {
    const text = asText(part['text']) ?? '';
    if (!text.startsWith(BILLING_LINE)) return [{ type: 'text', text, ...cacheHint(part) }];
    warnings.leftOut(BILLING_LINE);
    return [];
  });
}

function readTurn(message: JsonObject, warnings: Warnings): Turn {
  const { role, content } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw new Untranslatable(`A message has the role ${JSON.stringify(role)}.`);
  }
  if (typeof content === 'string')
    return { role, parts: content === '' ? [] : [{ type: 'text', text: content }] };
  return { role, parts: objectsOf(content).flatMap((block) => readBlock(block, warnings)) };
}

function readBlock(block: JsonObject, warnings: Warnings): readonly Part[] {
  switch (block['type']) {
    case 'thinking': {
      const text = asText(block['thinking']) ?? '';
      const signature = openSignature(asText(block['signature']), 'anthropic-messages');
      return [{ type: 'thinking', text, signature }];
    }
    case 'redacted_thinking': {
      const signature = openSignature(asText(block['data']), 'anthropic-messages', 'redacted');
      return [{ type: 'thinking', text: '', signature }];
    }
    case 'tool_use':
      return [
        {
          type: 'tool_call',
          id: asText(block['id']) ?? '',
          name: asText(block['name']) ?? '',
          arguments: objectText(block['input']),
          ...cacheHint(block),
        },
      ];
    case 'tool_result':
      return [
        {
          type: 'tool_result',
          callId: asText(block['tool_use_id']) ?? '',
          parts: readContent(block['content'], warnings),
          isError: block['is_error'] === true,
          ...cacheHint(block),
        },
      ];
    default:
      return readMedia(block, warnings);
  }
}

function readContent(value: unknown, warnings: Warnings): readonly (TextPart | ImagePart | DocumentPart)[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return objectsOf(value).flatMap((block) => readMedia(block, warnings));
}

function readMedia(block: JsonObject, warnings: Warnings): readonly (TextPart | ImagePart | DocumentPart)[] {
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: asText(block['text']) ?? '', ...cacheHint(block) }];
    case 'image':
      return [{ type: 'image', source: readSource(asObject(block['source'])), ...cacheHint(block) }];
    case 'document':
      return [readDocument(block, warnings)];
    case 'search_result': {
      warnOfCitations(block, warnings);
      const heading = `${asText(block['title']) ?? ''} (${asText(block['source']) ?? ''})`;
      return [{ type: 'text', text: heading }, ...readContent(block['content'], warnings)];
    }
    case 'tool_reference':
      // Other protocols have all tools at hand: what a search for them finds is only their names.
      return [{ type: 'text', text: `The tool ${asText(block['tool_name']) ?? ''} is available.` }];
    default:
      // Blocks of server tools: what they found is in the text that follows them.
      warnings.leftOut(`a block of type ${JSON.stringify(block['type'])}`);
      return [];
  }
}

function warnOfCitations(block: JsonObject, warnings: Warnings): void {
  if (asObject(block['citations'])?.['enabled'] === true) warnings.leftOut('citations');
}

function readDocument(block: JsonObject, warnings: Warnings): DocumentPart {
  const source = asObject(block['source']);
  const title = asText(block['title']);
  warnOfCitations(block, warnings);
  warnOfUnknown(block, KNOWN_DOCUMENT, "a document's ", warnings);
  if (source?.['type'] === 'text') {
    const text = asText(source['data']) ?? '';
    return { type: 'document', title, source: { kind: 'text', text }, ...cacheHint(block) };
  }
  if (source?.['type'] === 'content') {
    const texts = readContent(source['content'], warnings);
    const text = texts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    return { type: 'document', title, source: { kind: 'text', text }, ...cacheHint(block) };
  }
  return { type: 'document', title, source: readSource(source), ...cacheHint(block) };
}

function readSource(source: JsonObject | null): MediaSource {
  switch (source?.['type']) {
    case 'base64':
      return {
        kind: 'base64',
        mediaType: needText(source['media_type'], 'media_type'),
        data: needText(source['data'], 'image data'),
      };
    case 'url':
      return { kind: 'url', url: needText(source['url'], 'address of an image') };
    case 'file':
      throw new Untranslatable(
        'A file id belongs to the account that holds the file: send its bytes instead.',
      );
    default:
      throw new Untranslatable(`A source of type ${JSON.stringify(source?.['type'])} can't be translated.`);
  }
}

function readTool(tool: JsonObject, warnings: Warnings): readonly ToolDefinition[] {
  const schema = asObject(tool['input_schema']);
  if (!schema) {
    warnings.leftOut(`the tool of type ${JSON.stringify(tool['type'])}`);
    return [];
  }
  warnOfUnknown(tool, KNOWN_TOOL, "a tool's ", warnings);
  return [
    {
      name: needText(tool['name'], 'name of a tool'),
      description: asText(tool['description']),
      parameters: schema,
      strict: tool['strict'] === true,
      ...cacheHint(tool),
    },
  ];
}

function readToolChoice(choice: JsonObject | null): ToolChoice {
  switch (choice?.['type']) {
    case 'any':
      return { mode: 'required' };
    case 'none':
      return { mode: 'none' };
    case 'tool':
      return { mode: 'named', name: needText(choice['name'], 'tool_choice.name') };
    default:
      return { mode: 'auto' };
  }
}

function readOutput(format: JsonObject | null): OutputFormat {
  const schema = asObject(format?.['schema']);
  if (!schema) return { type: 'text' };
  return { type: 'schema', name: 'answer', description: null, schema, strict: true };
}

function readReasoning(thinking: JsonObject | null, named: unknown, warnings: Warnings): Reasoning | null {
  const effort = readEffort(named, warnings);
  switch (thinking?.['type']) {
    case 'enabled':
      return { effort, budget: numberOf(thinking['budget_tokens']), visible: shown(thinking) };
    case 'adaptive':
    case 'between_tools':
      return { effort, budget: null, visible: shown(thinking) };
    case 'disabled':
      return { effort: 'none', budget: null, visible: false };
    default:
      return effort === null ? null : { effort, budget: null, visible: false };
  }
}

function shown(thinking: JsonObject): boolean {
  return thinking['display'] !== 'omitted';
}
