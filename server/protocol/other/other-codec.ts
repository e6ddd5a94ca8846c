import { concatBytes } from '../../../shared/model/bytes.ts';
import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { Codec } from '../../core/ports/codec.ts';
import { anthropicMessages } from '../anthropic-messages.ts';
import { editBody } from '../body-edits.ts';
import { geminiGenerate } from '../gemini.ts';
import { openaiChat } from '../openai-chat.ts';
import { otherMeter } from './other-meter.ts';
import type { Purpose } from './purpose.ts';
import { ResultsUrlMeter } from './results-url.ts';

/** How each API reports errors. */
const ERRORS: Readonly<Record<OtherProtocol, Codec>> = {
  'openai-other': openaiChat,
  'anthropic-other': anthropicMessages,
  'gemini-other': geminiGenerate,
};

const encoder = new TextEncoder();

/** What is special of one request. */
export interface OtherOptions {
  readonly cost: Purpose['cost'];
  /** Where the model's name stands in a form; `null`: the body is none, or names no model. */
  readonly modelAt: { readonly start: number; readonly end: number } | null;
  /** Where the caller reaches the router, if the answer may name results by a URL. */
  readonly resultsOrigin: string | null;
}

/** Bytes that pass as they are, whatever they mean: made anew for each request, since requests differ in what is known. */
export function otherCodec(dialect: OtherProtocol, { cost, modelAt, resultsOrigin }: OtherOptions): Codec {
  const errors = ERRORS[dialect];
  return {
    protocol: dialect,
    billed: cost !== 'free',
    ...(cost === 'deferred' ? { cost } : {}),
    outputLimit: 'none',
    ...(resultsOrigin === null ? {} : { editsAnswer: true }),
    readFacts: () => ({ ok: false, code: 'invalid_request', message: 'This path is read by its own rules.' }),
    edit(raw, { model }) {
      if (model === undefined) return raw;
      // Google's models are named with their collection.
      const name = dialect === 'gemini-other' ? `models/${model}` : model;
      if (!modelAt) return editBody(raw, { model: name }, ['max_tokens']);
      return concatBytes([raw.subarray(0, modelAt.start), encoder.encode(model), raw.subarray(modelAt.end)]);
    },
    meter(options) {
      const meter = otherMeter(dialect, options);
      return resultsOrigin === null || options.stream ? meter : new ResultsUrlMeter(meter, resultsOrigin);
    },
    errorBody: (failure, requestId) => errors.errorBody(failure, requestId),
    errorEvent: (failure, requestId) => errors.errorEvent(failure, requestId),
  };
}

/** For what is refused before it is read. */
export const OTHER_CODECS: Readonly<Record<OtherProtocol, Codec>> = {
  'openai-other': otherCodec('openai-other', { cost: 'answer', modelAt: null, resultsOrigin: null }),
  'anthropic-other': otherCodec('anthropic-other', { cost: 'answer', modelAt: null, resultsOrigin: null }),
  'gemini-other': otherCodec('gemini-other', { cost: 'answer', modelAt: null, resultsOrigin: null }),
};
