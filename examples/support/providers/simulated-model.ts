import { type ChatCompletionRequest, LLMock, type TextResponse } from '@copilotkit/aimock';

/** A token is about four characters of English or code. */
const CHARACTERS_PER_TOKEN = 4;
/** Time to the first token in milliseconds, and chunks a second. */
const PACE = { ttft: 60, tps: 120 };
const QUOTED = 80;

/** Starts models that answer every prompt in every protocol, at the pace of quick ones, and say that they are none. */
export async function startModels(provider: string): Promise<LLMock> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 16, journalMaxEntries: 1 });
  mock.on({ endpoint: 'chat' }, (request) => answer(provider, request), { streamingProfile: PACE });
  await mock.start();
  return mock;
}

/** The tokens that a simulated provider counts for a text. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

function answer(provider: string, request: ChatCompletionRequest): TextResponse {
  const content =
    `This is a simulated answer of ${request.model} at ${provider}: your prompt "${lastPrompt(request)}" came through ` +
    'API Key Router, no real model has read it, and nothing was billed.';
  const input = tokensOf(JSON.stringify([request.messages, request.tools ?? []]));
  return { content, usage: { input_tokens: input, output_tokens: tokensOf(content) } };
}

/** The end of what the user said: tools put their own texts before it. */
function lastPrompt({ messages }: ChatCompletionRequest): string {
  const content = messages.findLast((message) => message.role === 'user')?.content ?? '';
  const text = typeof content === 'string' ? content : (content.at(-1)?.text ?? '');
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}...` : line;
}
