import type { BodyFacts, Codec } from '../../core/ports/codec.ts';
import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { HeaderMap } from '../../core/ports/upstream.ts';
import { MAX_MODEL_LENGTH, NAME_TOO_LONG, outputLimit, sessionId } from '../body-facts.ts';
import { asCount, asObject, asText, type JsonObject } from '../read-json.ts';
import type { OtherEndpoint } from './classify-other.ts';
import { type FormField, formBoundary, readForm } from './multipart.ts';
import { otherCodec } from './other-codec.ts';
import { bodyReferences, pathReferences } from './other-references.ts';
import { NOTHING_SIGNED } from '../signed-reasoning.ts';

/** No model takes more for one picture, or hears more of one recording: files are reckoned with so many tokens at most. */
const FILE_BYTES = 16_384;
const MAX_ANSWERS = 100;

/** A request that passes through, with what could be read of it. */
export interface OtherRequest {
  readonly ok: true;
  readonly codec: Codec;
  readonly facts: BodyFacts;
  readonly references: readonly string[];
  readonly warnings: readonly string[];
}

type Refused = { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Parses a JSON body and says what is wrong with one that can't be. */
export type ParseJson = (raw: Uint8Array) => { readonly ok: true; readonly value: unknown } | Refused;

/** What a body says, whatever its form. */
interface BodyReading {
  readonly model: string | null;
  readonly modelAt: { readonly start: number; readonly end: number } | null;
  readonly stream: boolean;
  readonly answers: number;
  readonly maxOutputTokens: number | null;
  readonly inputBytes: number;
  readonly references: readonly string[];
}

/** Reads what routing has to know: the model, what belongs to an account, what it may cost. Alters nothing. */
export function readOther(
  endpoint: OtherEndpoint,
  raw: Uint8Array,
  headers: HeaderMap,
  parseJson: ParseJson,
): OtherRequest | Refused {
  const { protocol, target, purpose } = endpoint;
  const read = readBody(endpoint, raw, headers, parseJson);
  if (!read.ok) return read;
  const { body } = read;
  const model = body.model ?? pathModel(endpoint) ?? purpose.model ?? '';
  if (model.length > MAX_MODEL_LENGTH) return NAME_TOO_LONG;
  const references = new Set([...pathReferences(protocol, target.path), ...body.references]);
  const warnings: string[] = [];
  if (purpose.cost === 'deferred') {
    warnings.push('what this costs is not known when it is answered: no budget counts it');
  } else if (purpose.cost === 'answer' && model === '') {
    warnings.push('the request names no model: what it costs is not known, and no budget counts it');
  }
  return {
    ok: true,
    codec: otherCodec(protocol, {
      cost: purpose.cost,
      modelAt: body.modelAt,
      resultsOrigin: resultsOrigin(endpoint, headers),
    }),
    facts: {
      model,
      stream: body.stream,
      maxOutputTokens: purpose.cost === 'free' ? 0 : body.maxOutputTokens,
      answers: body.answers,
      hasTools: false,
      conversation: sessionId(headers),
      lacksUsageChunk: false,
      signed: NOTHING_SIGNED,
      inputBytes: body.inputBytes,
    },
    references: [...references],
    warnings,
  };
}

function readBody(
  endpoint: OtherEndpoint,
  raw: Uint8Array,
  headers: HeaderMap,
  parseJson: ParseJson,
): { readonly ok: true; readonly body: BodyReading } | Refused {
  const type = headers['content-type'];
  const contentType = typeof type === 'string' ? type : '';
  if (raw.length === 0) return { ok: true, body: opaque(raw) };
  if (/^\s*multipart\/form-data\b/i.test(contentType)) {
    const boundary = formBoundary(contentType);
    const fields = boundary === null ? null : readForm(raw, boundary);
    return fields ? readFields(fields) : { ok: false, ...NO_FORM };
  }
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(contentType)) return { ok: false, ...NO_URLENCODED };
  const isJson = /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
  // A server that does not look at the type reads an object all the same: so must what denies models.
  if (!isJson && !beginsObject(raw)) return { ok: true, body: opaque(raw) };
  const parsed = parseJson(raw);
  if (parsed.ok) return { ok: true, body: readObject(endpoint, parsed.value, raw) };
  return isJson || parsed.code === 'duplicate_field' ? parsed : { ok: true, body: opaque(raw) };
}

function beginsObject(raw: Uint8Array): boolean {
  const first = raw.findIndex((byte) => byte > 0x20);
  return raw[first] === 0x7b || (raw[first] === 0xef && raw[first + 1] === 0xbb);
}

const NO_URLENCODED = {
  code: 'unsupported_encoding',
  message: 'URL-encoded forms are not passed on: send JSON or multipart/form-data.',
} as const;

const NO_FORM = {
  code: 'invalid_request',
  message: 'The body is no valid multipart/form-data: its parts, their names or its end could not be found.',
} as const;

function opaque(raw: Uint8Array): BodyReading {
  return {
    model: null,
    modelAt: null,
    stream: false,
    answers: 1,
    maxOutputTokens: null,
    inputBytes: Math.min(raw.length, FILE_BYTES),
    references: [],
  };
}

function readObject({ protocol, target }: OtherEndpoint, value: unknown, raw: Uint8Array): BodyReading {
  const body = asObject(value) ?? {};
  const isBatch = protocol === 'anthropic-other' && target.path === '/messages/batches';
  return {
    model: isBatch
      ? batchModel(body)
      : asText(body['model'])
          ?.trim()
          .replace(/^models\//, '') || null,
    modelAt: null,
    stream: body['stream'] === true || body['stream_format'] === 'sse',
    answers: answersOf(asCount(body['n'], 1)),
    maxOutputTokens: outputLimit(
      body['max_output_tokens'],
      body['max_completion_tokens'],
      body['max_tokens'],
    ),
    inputBytes: raw.length,
    references: bodyReferences(protocol, body),
  };
}

/** The one model of all requests of a batch; `null`: they name several, or none. */
function batchModel(body: JsonObject): string | null {
  const requests = body['requests'];
  if (!Array.isArray(requests)) return null;
  const models = new Set(requests.map((entry) => asText(asObject(asObject(entry)?.['params'])?.['model'])));
  const [model] = models;
  return models.size === 1 ? (model ?? null) : null;
}

function readFields(
  fields: readonly FormField[],
): { readonly ok: true; readonly body: BodyReading } | Refused {
  const named = (name: string): readonly FormField[] => fields.filter((field) => field.name === name);
  const models = named('model');
  if (models.length > 1) {
    return { ok: false, code: 'duplicate_field', message: 'The form has the field "model" twice.' };
  }
  const [model] = models;
  const text = (name: string): string | null => named(name).at(-1)?.value ?? null;
  const files = fields.filter((field) => field.isFile);
  const texts = fields.filter((field) => !field.isFile);
  return {
    ok: true,
    body: {
      model: model?.value?.trim() || null,
      modelAt: model ? { start: model.start, end: model.end } : null,
      stream: text('stream') === 'true' || text('stream_format') === 'sse',
      answers: answersOf(Number(text('n') ?? '1')),
      maxOutputTokens: null,
      inputBytes:
        texts.reduce((sum, { start, end }) => sum + end - start, 0) +
        files.reduce((sum, { start, end }) => sum + Math.min(end - start, FILE_BYTES), 0),
      references: [],
    },
  };
}

function answersOf(count: number): number {
  return Number.isSafeInteger(count) && count > 0 ? Math.min(count, MAX_ANSWERS) : 1;
}

/** `/v1beta/models/MODEL:METHOD`. */
function pathModel({ protocol, target }: OtherEndpoint): string | null {
  if (protocol !== 'gemini-other') return null;
  const found = /\/models\/([^/]+):[a-zA-Z]+$/.exec(target.path)?.[1];
  return found === undefined ? null : decodeURIComponent(found);
}

function resultsOrigin({ protocol, target }: OtherEndpoint, { host }: HeaderMap): string | null {
  const tells =
    protocol === 'anthropic-other' && /^\/messages\/batches(?:\/[\w-]+(?:\/cancel)?)?$/.test(target.path);
  return tells && typeof host === 'string' ? `http://${host}` : null;
}
