import { readFileSync } from 'node:fs';
import path from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

/** Stands for the file that a coding tool sends with its question, so that prompts cost what they usually do. */
const CONTEXT = readFileSync(path.join(import.meta.dirname, 'main.ts'), 'utf8');
const MAX_TOKENS = 300;

/** One request of a tool. Returns the id that the router gave it; throws if the tool got an error. */
export type Call = (tools: Tools) => Promise<string>;

/** The official SDKs, pointed at the router with a virtual key, and without retries of their own. */
export interface Tools {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

export function connect(url: string, token: string): Tools {
  return {
    openai: new OpenAI({
      baseURL: `${url}/v1`,
      apiKey: token,
      organization: null,
      project: null,
      maxRetries: 0,
    }),
    anthropic: new Anthropic({ baseURL: url, apiKey: token, authToken: null, maxRetries: 0 }),
  };
}

export function chat(model: string, question: string): Call {
  return async ({ openai }) => {
    const { data, response } = await openai.chat.completions
      .create({ model, max_completion_tokens: MAX_TOKENS, messages: [user(question)] })
      .withResponse();
    return answered(response, data.choices[0]?.message.content);
  };
}

export function chatStream(model: string, question: string): Call {
  return async ({ openai }) => {
    const { data, response } = await openai.chat.completions
      .create({ model, max_completion_tokens: MAX_TOKENS, messages: [user(question)], stream: true })
      .withResponse();
    let text = '';
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    return answered(response, text);
  };
}

export function responses(model: string, question: string): Call {
  return async ({ openai }) => {
    const { data, response } = await openai.responses
      .create({ model, max_output_tokens: MAX_TOKENS, input: prompt(question) })
      .withResponse();
    return answered(response, data.output_text);
  };
}

export function responsesStream(model: string, question: string): Call {
  return async ({ openai }) => {
    const { data, response } = await openai.responses
      .create({ model, max_output_tokens: MAX_TOKENS, input: prompt(question), stream: true })
      .withResponse();
    let text = '';
    for await (const event of data) if (event.type === 'response.output_text.delta') text += event.delta;
    return answered(response, text);
  };
}

export function embeddings(model: string): Call {
  return async ({ openai }) => {
    const { data, response } = await openai.embeddings.create({ model, input: CONTEXT }).withResponse();
    return answered(response, data.data[0]?.embedding.length);
  };
}

export function messages(model: string, question: string): Call {
  return async ({ anthropic }) => {
    const { data, response } = await anthropic.messages
      .create({ model, max_tokens: MAX_TOKENS, messages: [user(question)] })
      .withResponse();
    return answered(response, data.content.length);
  };
}

export function messagesStream(model: string, question: string): Call {
  return async ({ anthropic }) => {
    const { data, response } = await anthropic.messages
      .create({ model, max_tokens: MAX_TOKENS, messages: [user(question)], stream: true })
      .withResponse();
    let last = '';
    for await (const event of data) last = event.type;
    return answered(response, last === 'message_stop');
  };
}

export function countTokens(model: string, question: string): Call {
  return async ({ anthropic }) => {
    const { data, response } = await anthropic.messages
      .countTokens({ model, messages: [user(question)] })
      .withResponse();
    return answered(response, data.input_tokens);
  };
}

function prompt(question: string): string {
  return `${CONTEXT}\n\n${question}`;
}

function user(question: string): { readonly role: 'user'; readonly content: string } {
  return { role: 'user', content: prompt(question) };
}

function answered(response: Response, content: unknown): string {
  const id = response.headers.get('x-request-id');
  if (!content || id === null) throw new Error('An answer came without content or without its X-Request-ID.');
  return id;
}
