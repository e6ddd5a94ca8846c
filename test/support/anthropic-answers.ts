import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import type { Answer, Thought } from './openai-answers.ts';
import type { ReceivedRequest } from './received-request.ts';
import { jsonReply, write, type Script, type Step } from './script.ts';

const DEFAULT_TEXT = ['Hello', ' from', ' the', ' simulated', ' provider', '.'];

/**
 * Messages, streamed or not as the request asks. Events follow
 * https://platform.claude.com/docs/en/build-with-claude/streaming: the input's usage is in `message_start`,
 * `message_delta` restates it and has the cumulative output.
 */
export function anthropicMessages(answer: Answer = {}): Script {
  return (request) => {
    const text = answer.text ?? DEFAULT_TEXT;
    const usage: TokenUsage = { ...NO_USAGE, inputTokens: 100, outputTokens: 12, ...answer.usage };
    const message = {
      id: `msg_${request.id}`,
      type: 'message',
      role: 'assistant',
      model: answer.model ?? askedModel(request),
    };
    const tool = answer.tool && { type: 'tool_use', id: `toolu_${request.id}`, ...answer.tool };
    const thought = answer.thought && thinkingBlock(answer.thought);
    const place = thought ? 1 : 0;
    const end = { stop_reason: tool ? 'tool_use' : 'end_turn', stop_sequence: null };
    if (request.json?.['stream'] !== true) {
      return jsonReply(
        200,
        {
          ...message,
          content: [
            ...(thought ? [thought] : []),
            { type: 'text', text: text.join('') },
            ...(tool ? [tool] : []),
          ],
          ...end,
          usage: messageUsage(usage, usage.outputTokens),
        },
        { bills: usage },
      );
    }
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8' },
      bills: usage,
      steps: [
        write(
          event('message_start', {
            message: {
              ...message,
              content: [],
              stop_reason: null,
              stop_sequence: null,
              usage: messageUsage(usage, 1),
            },
          }),
        ),
        ...(thought ? thinkingEvents(thought) : []),
        write(event('content_block_start', { index: place, content_block: { type: 'text', text: '' } })),
        write(event('ping', {})),
        ...pieces(text, usage, place),
        write(event('content_block_stop', { index: place })),
        ...(tool ? toolEvents(tool, place + 1) : []),
        write(event('message_delta', { delta: end, usage: deltaUsage(usage) })),
        write(event('message_stop', {})),
      ],
    };
  };
}

/** Counting is free (https://platform.claude.com/docs/en/api/messages-count-tokens). */
export function anthropicCountTokens(inputTokens: number): Script {
  return jsonReply(200, { input_tokens: inputTokens });
}

/** One event: its name stands in the `event` line and in the data. */
export function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** Anthropic counts exclusively: the three input fields add up to the whole input. */
function messageUsage(usage: TokenUsage, outputTokens: number): object {
  return {
    ...deltaUsage({ ...usage, outputTokens }),
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    service_tier: 'standard',
    inference_geo: 'not_available',
  };
}

function deltaUsage(usage: TokenUsage): object {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
  };
}

function pieces(text: readonly string[], usage: TokenUsage, index: number): Step[] {
  const upTo = (n: number): number => Math.floor((usage.outputTokens * n) / text.length);
  return text.map((piece, n) =>
    write(
      event('content_block_delta', { index, delta: { type: 'text_delta', text: piece } }),
      upTo(n + 1) - upTo(n),
    ),
  );
}

/** Thoughts come back signed (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). */
function thinkingBlock({ text, seal }: Thought): { type: string; thinking: string; signature: string } {
  return { type: 'thinking', thinking: text, signature: seal };
}

function thinkingEvents({ type, thinking, signature }: ReturnType<typeof thinkingBlock>): Step[] {
  const delta = (fields: object): Step => write(event('content_block_delta', { index: 0, delta: fields }));
  return [
    write(event('content_block_start', { index: 0, content_block: { type, thinking: '', signature: '' } })),
    delta({ type: 'thinking_delta', thinking }),
    delta({ type: 'signature_delta', signature }),
    write(event('content_block_stop', { index: 0 })),
  ];
}

/** The input of a tool comes as pieces of JSON text. */
function toolEvents(tool: { readonly input: object }, index: number): Step[] {
  const json = JSON.stringify(tool.input);
  const middle = Math.floor(json.length / 2);
  const piece = (text: string): Step =>
    write(event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: text } }));
  return [
    write(event('content_block_start', { index, content_block: { ...tool, input: {} } })),
    piece(''),
    piece(json.slice(0, middle)),
    piece(json.slice(middle)),
    write(event('content_block_stop', { index })),
  ];
}

function askedModel(request: ReceivedRequest): string {
  const model = request.json?.['model'];
  return typeof model === 'string' ? model : 'unknown';
}
