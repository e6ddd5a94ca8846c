import type { JsonObject } from '../read-json.ts';
import { warnOfCacheHints } from './cache-hints.ts';
import type {
  Dialogue,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  ThinkingPart,
  ToolDefinition,
  Turn,
} from './dialogue.ts';
import { mediaUrl } from './media.ts';
import { openaiEffort } from './openai-effort.ts';
import { strictFor } from './openai-strict.ts';
import type { Warnings } from './warnings.ts';
import { boundedUser, present } from './write-chat-request.ts';
import { callIdFor, toolNameFor } from './wire-names.ts';

/** Writes a Responses request. Nothing is stored: the caller did not ask for it. */
export function writeResponsesRequest(dialogue: Dialogue, warnings: Warnings): JsonObject {
  const { sampling, system } = dialogue;
  warnOfCacheHints(dialogue, warnings);
  warnOfTheRest(dialogue, warnings);
  const instructions = system.length === 0 ? null : system.map(({ text }) => text).join('\n\n');
  return {
    model: dialogue.model,
    ...present({ instructions }),
    input: dialogue.turns.flatMap((turn) => writeTurn(turn, warnings)),
    ...writeTools(dialogue, warnings),
    ...writeText(dialogue, warnings),
    ...present({
      max_output_tokens: dialogue.maxOutputTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      user: boundedUser(dialogue, warnings),
      prompt_cache_key: dialogue.cacheKey,
    }),
    ...writeReasoning(dialogue, warnings),
    ...dialogue.openaiOptions,
    store: false,
    ...(dialogue.stream ? { stream: true } : {}),
  };
}

function warnOfTheRest({ sampling, stop }: Dialogue, warnings: Warnings): void {
  if (stop.length > 0) warnings.leftOut('stop');
  if (sampling.topK !== null) warnings.leftOut('top_k');
  if (sampling.seed !== null) warnings.leftOut('seed');
  if (sampling.presencePenalty) warnings.leftOut('presence_penalty');
  if (sampling.frequencyPenalty) warnings.leftOut('frequency_penalty');
}

function writeReasoning({ reasoning, model }: Dialogue, warnings: Warnings): JsonObject {
  if (!reasoning) return {};
  const effort = openaiEffort(reasoning, model, warnings);
  const summary = reasoning.visible ? 'auto' : null;
  if (effort === null && summary === null) return {};
  return { reasoning: present({ effort, summary }), include: ['reasoning.encrypted_content'] };
}

function writeTurn({ role, parts }: Turn, warnings: Warnings): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const flush = (): void => {
    if (content.length > 0)
      items.push({ type: 'message', role: role === 'system' ? 'developer' : role, content });
    content = [];
  };
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'image' || part.type === 'document') {
      content.push(writePart(part, role));
    } else {
      flush();
      items.push(...writeItem(part, warnings));
    }
  }
  flush();
  return items;
}

function writeItem(
  part: Exclude<Part, TextPart | ImagePart | DocumentPart>,
  warnings: Warnings,
): readonly JsonObject[] {
  switch (part.type) {
    case 'thinking':
      return writeThinking(part, warnings);
    case 'tool_call': {
      const { id, name, arguments: args } = part;
      const call_id = callIdFor('openai-responses', id);
      return [
        {
          type: 'function_call',
          call_id,
          name: toolNameFor('openai-responses', name),
          arguments: args === '' ? '{}' : args,
        },
      ];
    }
    case 'tool_result': {
      if (part.isError) warnings.leftOut('is_error of a tool result');
      const onlyText = part.parts.every(({ type }) => type === 'text');
      const texts = part.parts.map((entry) => (entry.type === 'text' ? entry.text : ''));
      const output = onlyText ? texts.join('\n\n') : part.parts.map((entry) => writePart(entry, 'user'));
      return [{ type: 'function_call_output', call_id: callIdFor('openai-responses', part.callId), output }];
    }
  }
}

function writeThinking({ text, signature }: ThinkingPart, warnings: Warnings): readonly JsonObject[] {
  if (signature?.origin !== 'openai-responses' || signature.value === '') {
    warnings.say('thinking that OpenAI did not encrypt was left out');
    return [];
  }
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return [{ type: 'reasoning', summary, encrypted_content: signature.value }];
}

function writePart(part: TextPart | ImagePart | DocumentPart, role: Turn['role']): JsonObject {
  if (part.type === 'text') {
    return { type: role === 'assistant' ? 'output_text' : 'input_text', text: part.text };
  }
  if (part.type === 'image') {
    return { type: 'input_image', image_url: mediaUrl(part.source), detail: part.detail ?? 'auto' };
  }
  const { source, title } = part;
  if (source.kind === 'text') return { type: 'input_text', text: source.text };
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url };
  return { type: 'input_file', filename: title ?? 'document.pdf', file_data: mediaUrl(source) };
}

function writeTools({ tools, toolChoice, parallelTools }: Dialogue, warnings: Warnings): JsonObject {
  if (tools.length === 0) return {};
  const name = toolChoice.mode === 'named' ? toolNameFor('openai-responses', toolChoice.name) : null;
  return {
    tools: tools.map((tool) => writeTool(tool, warnings)),
    ...(toolChoice.mode === 'auto'
      ? {}
      : { tool_choice: name === null ? toolChoice.mode : { type: 'function', name } }),
    ...(parallelTools ? {} : { parallel_tool_calls: false }),
  };
}

/** Here a function is strict unless it says that it is not. */
function writeTool(
  { name, description, parameters, strict }: ToolDefinition,
  warnings: Warnings,
): JsonObject {
  return {
    type: 'function',
    name: toolNameFor('openai-responses', name),
    ...present({ description }),
    parameters,
    strict: strictFor(parameters, strict, warnings),
  };
}

function writeText({ output, verbosity }: Dialogue, warnings: Warnings): JsonObject {
  if (output.type === 'text' && verbosity === null) return {};
  const said = present({ verbosity });
  if (output.type === 'text') return { text: said };
  if (output.type === 'json') return { text: { format: { type: 'json_object' }, ...said } };
  const { name, description, schema, strict } = output;
  const described = {
    name: toolNameFor('openai-responses', name),
    ...present({ description }),
    schema,
    strict: strictFor(schema, strict, warnings),
  };
  return { text: { format: { type: 'json_schema', ...described }, ...said } };
}
