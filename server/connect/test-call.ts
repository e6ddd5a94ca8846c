import type { ModelOffer, ToolProtocol } from './tool.ts';

/** An answer takes a moment; one that takes longer than this says nothing any more. */
const LONGEST_MS = 60_000;
/** The least that the Responses API takes. */
const OUTPUT_TOKENS = 16;
const PROMPT = 'Reply with the word ok.';

/** How a call with a tool's own key ended. */
export interface CallResult {
  readonly ok: boolean;
  /** What happened, as a sentence. */
  readonly message: string;
}

interface Call {
  readonly path: string;
  readonly body: object;
}

/** The models that a token may use, as the proxy lists them. Throws the answer's message if it refuses the token. */
export async function listModels(url: string, token: string): Promise<readonly ModelOffer[]> {
  const response = await fetch(`${url}/v1/models`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(messageIn(text) ?? `HTTP ${response.status}`);
  const { data } = JSON.parse(text) as {
    readonly data: readonly { readonly id: string; readonly context_length?: number }[];
  };
  return data.map(({ id, context_length: contextLength }) => ({ id, contextLength: contextLength ?? null }));
}

/** One tiny request in a tool's protocol, which costs a fraction of a cent. */
export async function callModel(
  { url, token }: { readonly url: string; readonly token: string },
  protocol: ToolProtocol,
  model: string,
): Promise<CallResult> {
  const { path, body } = callOf(protocol, model);
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(protocol === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {}),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, message: `${model} answered through ${protocol}.` };
    return { ok: false, message: `${model} did not answer: ${messageIn(text) ?? `HTTP ${response.status}`}` };
  } catch (error) {
    return { ok: false, message: `${model} did not answer: ${(error as Error).message}` };
  }
}

function callOf(protocol: ToolProtocol, model: string): Call {
  const messages = [{ role: 'user', content: PROMPT }];
  switch (protocol) {
    case 'anthropic-messages':
      return { path: '/v1/messages', body: { model, max_tokens: OUTPUT_TOKENS, messages } };
    case 'openai-chat':
      return {
        path: '/v1/chat/completions',
        body: { model, max_completion_tokens: OUTPUT_TOKENS, messages },
      };
    case 'openai-responses':
      return {
        path: '/v1/responses',
        body: { model, max_output_tokens: OUTPUT_TOKENS, input: PROMPT, store: false },
      };
    case 'gemini-generate':
      return {
        path: `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
        body: {
          contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
          generationConfig: { maxOutputTokens: OUTPUT_TOKENS },
        },
      };
  }
}

function messageIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { readonly error?: { readonly message?: string } }).error?.message ?? null;
  } catch {
    return null;
  }
}
