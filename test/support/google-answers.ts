import { NO_USAGE, totalInput, type TokenUsage } from '../../shared/model/usage.ts';
import type { Answer } from './openai-answers.ts';
import { jsonReply, write, type Script } from './script.ts';

/**
 * generateContent, streamed as the path says, each event a whole response
 * (https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent). Usage is in every chunk, the last
 * one counts; a call's signature is a member of its part (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export function geminiContent(answer: Answer = {}): Script {
  return (request) => {
    const [, asked = 'unknown'] = /\/models\/([^:/]+):/.exec(request.path) ?? [];
    const { text = ['Hello', ' from', ' Gemini', '.'], tool, thought, model = asked } = answer;
    const usage: TokenUsage = { ...NO_USAGE, inputTokens: 100, outputTokens: 12, ...answer.usage };
    const call = tool && {
      functionCall: { name: tool.name, args: tool.input },
      ...(thought ? { thoughtSignature: thought.seal } : {}),
    };
    const response = (parts: readonly object[], finishReason?: string): object => ({
      candidates: [
        { content: { parts, role: 'model' }, index: 0, ...(finishReason ? { finishReason } : {}) },
      ],
      usageMetadata: usageMetadata(usage),
      modelVersion: model,
      responseId: request.id,
    });
    if (!request.path.endsWith(':streamGenerateContent')) {
      const parts = [{ text: text.join('') }, ...(call ? [call] : [])];
      return jsonReply(200, response(parts, 'STOP'), { bills: usage });
    }
    const pieces = text.map((piece) => response([{ text: piece }]));
    const last = response(call ? [call] : [{ text: '' }], 'STOP');
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      steps: [...pieces, last].map((chunk) => write(`data: ${JSON.stringify(chunk)}\r\n\r\n`)),
      bills: usage,
    };
  };
}

/** `GET /v1beta/models` (https://ai.google.dev/api/models#method:-models.list). */
export function geminiListing(ids: readonly string[]): Script {
  const models = ids.map((id) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }));
  return jsonReply(200, { models });
}

/** The prompt includes what was cached; thoughts are counted beside the candidates. */
function usageMetadata(usage: TokenUsage): object {
  const prompt = totalInput(usage);
  return {
    promptTokenCount: prompt,
    cachedContentTokenCount: usage.cacheReadTokens,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: prompt + usage.outputTokens,
  };
}
