import type { JsonObject } from '../read-json.ts';
import type { Dialogue, DialogueProtocol, ToolDefinition } from './dialogue.ts';
import { objectsOf } from './read-fields.ts';
import { toolNameFor } from './wire-names.ts';
import { ANSWER_TOOL } from './write-messages-request.ts';

/** What of a request has to be known when its answer is translated. */
export interface AnswerFacts {
  /** The model as the caller named it. */
  readonly model: string;
  readonly stream: boolean;
  readonly streamUsage: boolean;
  readonly tools: readonly ToolDefinition[];
  /** The caller's names of tools, by those that the provider got. */
  readonly toolNames: ReadonlyMap<string, string>;
  /** The tool that stands for the answer's schema, if one had to. */
  readonly answerTool: string | null;
}

/** The facts of a request that was written for a provider of `to`. */
export function answerFacts(dialogue: Dialogue, to: DialogueProtocol, written: JsonObject): AnswerFacts {
  const { model, stream, streamUsage, tools } = dialogue;
  // A tool of the caller's that has this name by chance is not in question: the one that was added comes last.
  const added = to === 'anthropic-messages' && objectsOf(written['tools']).length > tools.length;
  return {
    model,
    stream,
    streamUsage,
    tools,
    toolNames: new Map(tools.map(({ name }) => [toolNameFor(to, name), name])),
    answerTool: added ? ANSWER_TOOL : null,
  };
}
