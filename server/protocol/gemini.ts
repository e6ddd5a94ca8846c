import { concatBytes } from '../../shared/model/bytes.ts';
import type { BodyEdits, Codec, FactsResult, PathFacts } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { conversationId, definesTools, outputLimit, readModelFacts, sessionId } from './body-facts.ts';
import { geminiErrorBody } from './gemini-error-body.ts';
import { GeminiStreamMeter, partsOf } from './gemini-stream-meter.ts';
import { readGeminiUsage } from './gemini-usage.ts';
import { topLevelMembers } from './json-members.ts';
import { JsonMeter } from './json-meter.ts';
import { asCount, asObject, type JsonObject } from './read-json.ts';
import { boundInParts, signedReasoning } from './signed-reasoning.ts';

const encoder = new TextEncoder();

/** Gemini's generateContent and streamGenerateContent (ai.google.dev/api/generate-content). */
export const geminiGenerate: Codec = {
  protocol: 'gemini-generate',
  billed: true,
  readFacts: (body, headers, path) => readFacts(body, headers, path, readGeneration),
  edit: editGeneration,
  meter: ({ stream }) =>
    stream
      ? new GeminiStreamMeter()
      : new JsonMeter(
          (answer) => readGeminiUsage(answer['usageMetadata']),
          'usageMetadata',
          (answer) => boundInParts(partsOf(answer)),
        ),
  errorBody: geminiErrorBody,
  errorEvent: (failure, requestId) => encoder.encode(`data: ${geminiErrorBody(failure, requestId)}\r\n\r\n`),
};

/** Gemini's free token counting. */
export const geminiCountTokens: Codec = {
  ...geminiGenerate,
  protocol: 'gemini-count-tokens',
  billed: false,
  readFacts: (body, headers, path) => readFacts(body, headers, path, () => NO_OUTPUT),
  edit: (raw) => raw,
  meter: () => new JsonMeter(() => null, 'usageMetadata'),
};

/** Gemini's embedContent and batchEmbedContents (ai.google.dev/api/embeddings). */
export const geminiEmbed: Codec = {
  ...geminiCountTokens,
  protocol: 'gemini-embed',
  billed: true,
  meter: () => new JsonMeter((answer) => readGeminiUsage(answer['usageMetadata']), 'usageMetadata'),
};

interface OutputFacts {
  readonly maxOutputTokens: number | null;
  readonly answers: number;
}

const NO_OUTPUT: OutputFacts = { maxOutputTokens: 0, answers: 1 };

function readFacts(
  value: unknown,
  headers: HeaderMap,
  path: PathFacts | null | undefined,
  readOutput: (body: JsonObject) => OutputFacts,
): FactsResult {
  return readModelFacts(
    value,
    (body) => {
      const system = body['systemInstruction'] ?? body['system_instruction'];
      return {
        stream: path?.stream ?? false,
        ...readOutput(body),
        hasTools: definesTools(body),
        conversation: conversationId(headers, null, system, body['contents']) ?? sessionId(headers),
        lacksUsageChunk: false,
        signed: signedReasoning('gemini-generate', body),
      };
    },
    (body) => nameOf(path?.model ?? body['model']),
  );
}

/** With or without the collection that Google's names begin with. */
function nameOf(model: unknown): unknown {
  return typeof model === 'string' ? model.trim().replace(/^models\//, '') : model;
}

/** Google's JSON takes both spellings of a name (proto3, "ProtoJSON"). */
const CONFIGS = ['generationConfig', 'generation_config'];
const LIMITS = ['maxOutputTokens', 'max_output_tokens'] as const;

function readGeneration(body: JsonObject): OutputFacts {
  const config = asObject(body['generationConfig'] ?? body['generation_config']);
  return {
    maxOutputTokens: outputLimit(...LIMITS.map((name) => config?.[name])),
    answers: Math.max(1, asCount(config?.['candidateCount'], 1)),
  };
}

/** The model is in the path, and the limit one level down. */
function editGeneration(raw: Uint8Array, { maxOutputTokens }: BodyEdits): Uint8Array {
  const found = maxOutputTokens === undefined ? null : topLevelMembers(raw);
  if (!found) return raw;
  const config = found.members.find(({ key }) => CONFIGS.includes(key));
  const before = raw.subarray(0, config?.start ?? found.open);
  const after = raw.subarray(config?.end ?? found.open);
  if (config) {
    const edited = editBody(
      raw.subarray(config.start, config.end),
      { maxOutputTokens: maxOutputTokens ?? 0 },
      LIMITS,
    );
    return concatBytes([before, edited, after]);
  }
  const comma = found.members.length > 0 ? ',' : '';
  const added = `"generationConfig":{"maxOutputTokens":${maxOutputTokens}}${comma}`;
  return concatBytes([before, encoder.encode(added), after]);
}
