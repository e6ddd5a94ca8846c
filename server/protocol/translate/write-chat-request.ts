import type { JsonObject } from '../read-json.ts';
import type {
  Dialogue,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolDefinition,
  ToolResultPart,
  Turn,
} from './dialogue.ts';
import { mediaUrl } from './media.ts';
import { openaiEffort } from './openai-effort.ts';
import { strictFor } from './openai-strict.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';
import { warnOfCacheHints } from './cache-hints.ts';
import { callIdFor, toolNameFor } from './wire-names.ts';

const MAX_STOPS = 4;
const MAX_USER = 64;

/** How a server of Chat Completions differs from OpenAI's. */
export interface ChatServer {
  /** The member that limits the output: most servers but OpenAI's know only `max_tokens`. */
  readonly limitMember: 'max_completion_tokens' | 'max_tokens';
  /** Whether it wants the reasoning of earlier turns back, as DeepSeek does in the middle of tool calls. */
  readonly takesReasoning: boolean;
}

/** Writes a Chat Completions request. */
export function writeChatRequest(dialogue: Dialogue, server: ChatServer, warnings: Warnings): JsonObject {
  const { sampling, stop, maxOutputTokens } = dialogue;
  warnOfCacheHints(dialogue, warnings);
  if (sampling.topK !== null) warnings.leftOut('top_k');
  if (stop.length > MAX_STOPS)
    warnings.say(`Chat Completions takes ${MAX_STOPS} stop sequences: the others were left out`);
  return {
    model: dialogue.model,
    messages: [
      ...writeSystem(dialogue.system),
      ...dialogue.turns.flatMap((turn) => writeTurn(turn, server, warnings)),
    ],
    ...writeTools(dialogue, warnings),
    ...writeOutput(dialogue, warnings),
    ...(maxOutputTokens === null ? {} : { [server.limitMember]: maxOutputTokens }),
    ...(stop.length === 0 ? {} : { stop: stop.slice(0, MAX_STOPS) }),
    ...present({
      temperature: sampling.temperature,
      top_p: sampling.topP,
      seed: sampling.seed,
      presence_penalty: sampling.presencePenalty,
      frequency_penalty: sampling.frequencyPenalty,
      reasoning_effort: openaiEffort(dialogue.reasoning, dialogue.model, warnings),
      verbosity: dialogue.verbosity,
      user: boundedUser(dialogue, warnings),
      prompt_cache_key: dialogue.cacheKey,
    }),
    ...dialogue.openaiOptions,
    ...(dialogue.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

/** Members that have a value. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

/** OpenAI refuses names of users beyond 64 characters. */
export function boundedUser({ endUser }: Dialogue, warnings: Warnings): string | null {
  if (endUser === null || endUser.length <= MAX_USER) return endUser;
  warnings.say('the name of the end user is longer than OpenAI takes and was left out');
  return null;
}

function writeSystem(system: readonly TextPart[]): readonly JsonObject[] {
  if (system.length === 0) return [];
  return [{ role: 'system', content: textOf(system) }];
}

/** Texts of several parts as one: servers other than OpenAI's don't all take lists. */
function textOf(parts: readonly TextPart[]): string {
  return parts.map(({ text }) => text).join('\n\n');
}

function writeTurn({ role, parts }: Turn, server: ChatServer, warnings: Warnings): readonly JsonObject[] {
  switch (role) {
    case 'system':
      return writeSystem(parts.filter((part) => part.type === 'text'));
    case 'assistant':
      return writeAssistant(parts, server, warnings);
    case 'user':
      return writeUser(parts, warnings);
  }
}

function writeAssistant(
  parts: readonly Part[],
  server: ChatServer,
  warnings: Warnings,
): readonly JsonObject[] {
  const texts: TextPart[] = [];
  const calls: JsonObject[] = [];
  let reasoning = '';
  for (const part of parts) {
    if (part.type === 'text') texts.push(part);
    else if (part.type === 'tool_call') calls.push(writeToolCall(part));
    else if (part.type === 'thinking' && server.takesReasoning) reasoning += ownReasoning(part);
    else if (part.type === 'thinking') warnOfThinking(part, warnings);
    else throw new Untranslatable(`An answer of the assistant has a part of type ${part.type}.`);
  }
  if (texts.length === 0 && calls.length === 0) return [];
  const content = texts.length === 0 ? null : texts.map(({ text }) => text).join('');
  return [
    {
      role: 'assistant',
      content,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** Only reasoning that such a server has shown goes back to it. */
function ownReasoning({ text, signature }: ThinkingPart): string {
  return signature?.origin === 'openai-chat' ? text : '';
}

function warnOfThinking({ text, signature }: ThinkingPart, warnings: Warnings): void {
  if (text !== '' || signature !== null) warnings.leftOut('thinking of earlier turns');
}

function writeToolCall({ id, name, arguments: args }: ToolCallPart): JsonObject {
  const called = { name: toolNameFor('openai-chat', name), arguments: args === '' ? '{}' : args };
  return { id: callIdFor('openai-chat', id), type: 'function', function: called };
}

/** Results come first, each in a message of its own; the pictures in them follow with the user's own words. */
function writeUser(parts: readonly Part[], warnings: Warnings): readonly JsonObject[] {
  const results: JsonObject[] = [];
  const own: (TextPart | ImagePart | DocumentPart)[] = [];
  for (const part of parts) {
    if (part.type === 'tool_result') {
      results.push(writeToolResult(part, warnings));
      const media = part.parts.filter(({ type }) => type !== 'text');
      if (media.length === 0) continue;
      warnings.say(
        'Chat Completions takes only text in tool results: images and files follow in a user message',
      );
      own.push({ type: 'text', text: `Attached to the result of the tool call ${part.callId}:` }, ...media);
    } else if (part.type === 'text' || part.type === 'image' || part.type === 'document') {
      own.push(part);
    }
  }
  if (own.length === 0) return results;
  const onlyText = own.length === 1 && own[0]?.type === 'text' ? own[0].text : null;
  return [...results, { role: 'user', content: onlyText ?? own.map(writePart) }];
}

function writeToolResult({ callId, parts, isError }: ToolResultPart, warnings: Warnings): JsonObject {
  if (isError) warnings.leftOut('is_error of a tool result');
  const content = textOf(parts.filter((part) => part.type === 'text'));
  return { role: 'tool', tool_call_id: callIdFor('openai-chat', callId), content };
}

function writePart(part: TextPart | ImagePart | DocumentPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { source } = part;
  if (part.type === 'image' && source.kind !== 'text') {
    const detail = part.detail === undefined ? {} : { detail: part.detail };
    return { type: 'image_url', image_url: { url: mediaUrl(source), ...detail } };
  }
  if (source.kind === 'text') return { type: 'text', text: source.text };
  if (source.kind === 'url') {
    throw new Untranslatable('Chat Completions takes files only by their bytes, not by an address.');
  }
  const filename = (part.type === 'document' ? part.title : null) ?? 'document.pdf';
  return { type: 'file', file: { filename, file_data: mediaUrl(source) } };
}

function writeTools({ tools, toolChoice, parallelTools }: Dialogue, warnings: Warnings): JsonObject {
  if (tools.length === 0) return {};
  return {
    tools: tools.map((tool) => writeTool(tool, warnings)),
    ...(toolChoice.mode === 'auto' ? {} : { tool_choice: writeChoice(toolChoice) }),
    ...(parallelTools ? {} : { parallel_tool_calls: false }),
  };
}

function writeTool(
  { name, description, parameters, strict }: ToolDefinition,
  warnings: Warnings,
): JsonObject {
  const defined = { name: toolNameFor('openai-chat', name), ...present({ description }), parameters };
  return {
    type: 'function',
    function: strictFor(parameters, strict, warnings) ? { ...defined, strict } : defined,
  };
}

function writeChoice(choice: Dialogue['toolChoice']): unknown {
  if (choice.mode !== 'named') return choice.mode;
  return { type: 'function', function: { name: toolNameFor('openai-chat', choice.name) } };
}

function writeOutput({ output }: Dialogue, warnings: Warnings): JsonObject {
  if (output.type === 'text') return {};
  if (output.type === 'json') return { response_format: { type: 'json_object' } };
  const { name, description, schema, strict } = output;
  const described = {
    name: toolNameFor('openai-chat', name),
    ...present({ description }),
    schema,
    strict: strictFor(schema, strict, warnings),
  };
  return { response_format: { type: 'json_schema', json_schema: described } };
}
