import type { JsonObject } from '../read-json.ts';

/** The protocols between which answers are translated. */
export type DialogueProtocol = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini-generate';

/** A request in words that every protocol has: readers make it, writers take it. */
export interface Dialogue {
  readonly model: string;
  /** Instructions before the first turn. */
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  /** `false`: at most one tool call an answer. */
  readonly parallelTools: boolean;
  readonly output: OutputFormat;
  readonly maxOutputTokens: number | null;
  readonly stop: readonly string[];
  readonly sampling: Sampling;
  readonly reasoning: Reasoning | null;
  readonly verbosity: string | null;
  readonly stream: boolean;
  /** Chat Completions: a stream reports its usage only if asked to. */
  readonly streamUsage: boolean;
  readonly endUser: string | null;
  /** What the provider is to know the conversation's cache by. */
  readonly cacheKey: string | null;
  /** Options that both of OpenAI's protocols have under the same name, and no other. */
  readonly openaiOptions: JsonObject;
}

export interface Turn {
  /** `system`: instructions given in the middle of the conversation. */
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly Part[];
}

export type Part = TextPart | ImagePart | DocumentPart | ToolCallPart | ToolResultPart | ThinkingPart;

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** A prompt cache may end after this part. */
  readonly cache?: CacheHint;
}

export interface CacheHint {
  readonly ttl: '5m' | '1h';
}

export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's resolution hint. */
  readonly detail?: string;
  readonly cache?: CacheHint;
}

export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

/** A PDF, by its bytes or its address, or a plain text. */
export interface DocumentPart {
  readonly type: 'document';
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string };
  readonly title: string | null;
  readonly cache?: CacheHint;
}

export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
  readonly cache?: CacheHint;
}

export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly callId: string;
  readonly parts: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
  readonly cache?: CacheHint;
}

export interface ThinkingPart {
  readonly type: 'thinking';
  readonly text: string;
  /** `null`: nobody vouches for the text. */
  readonly signature: Signature | null;
}

/** What lets a provider recognise reasoning of its own. Worthless, and refused, anywhere else. */
export interface Signature {
  readonly origin: DialogueProtocol;
  readonly value: string;
  /** The value is the reasoning itself, encrypted (Anthropic's `redacted_thinking`). */
  readonly redacted: boolean;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of an object. */
  readonly parameters: JsonObject;
  readonly strict: boolean;
  /** How the caller knows it, where that differs from a function of this name. */
  readonly caller?: CallerTool;
  readonly cache?: CacheHint;
}

/** A tool that only the caller's protocol has; elsewhere it is a function. */
export interface CallerTool {
  readonly name: string;
  readonly namespace: string | null;
  /** It takes text, not JSON: the function has one argument, `input`. */
  readonly freeform: boolean;
}

export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'named'; readonly name: string };

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'schema';
      readonly name: string;
      readonly description: string | null;
      readonly schema: JsonObject;
      readonly strict: boolean;
    };

export interface Sampling {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface Reasoning {
  /** `null`: the model's own. */
  readonly effort: Effort | null;
  /** Tokens that reasoning may take; `null`: not said. */
  readonly budget: number | null;
  /** The caller wants to see it, or a summary of it. */
  readonly visible: boolean;
}
