import { EventStreamCodec } from '@smithy/eventstream-codec';
import { write, type Reply } from './script.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);

/** One message of Amazon's event stream: what kind it is, and its body. */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, body: string): Uint8Array {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const);
  return codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(body) });
}

/** An event of Anthropic's as Bedrock sends it (API_runtime_ResponseStream.html); `p` is padding there. */
export function bedrockChunk(event: object): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return eventStreamMessage(
    { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify({ bytes, p: 'abcdefgh' }),
  );
}

/** A streamed answer of Bedrock's, made of the server-sent events of Anthropic's own. */
export function bedrockStream(events: readonly object[], ...more: readonly Uint8Array[]): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    steps: [...events.map(bedrockChunk), ...more].map((message) => write(message)),
  };
}

/** A short answer of Claude's, event by event. */
export const CLAUDE_EVENTS: readonly object[] = [
  {
    type: 'message_start',
    message: {
      id: 'msg_bdrk_01',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5-20250929',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 1,
      },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'aus Bedrock' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 7 },
  },
  {
    type: 'message_stop',
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: 12,
      outputTokenCount: 7,
      invocationLatency: 900,
      firstByteLatency: 300,
    },
  },
];
