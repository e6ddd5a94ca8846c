import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { ToolDefinition } from './dialogue.ts';
import { objectOf } from './read-fields.ts';

/**
 * OpenAI's custom tools take text in place of JSON (Codex's `apply_patch`). Elsewhere such a tool is a function with
 * one argument, and its grammar is told in its description.
 */
export function freeformTool(tool: JsonObject, namespace: string | null): ToolDefinition {
  const name = asText(tool['name']) ?? '';
  const format = asObject(tool['format']);
  const grammar = asText(format?.['definition'] ?? asObject(format?.['grammar'])?.['definition']);
  const described = asText(tool['description']) ?? '';
  const description =
    grammar === null ? described : `${described}\n\nThe input follows this grammar:\n${grammar}`.trim();
  return {
    name: namespace === null ? name : `${namespace}__${name}`,
    description,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    },
    strict: false,
    caller: { name, namespace, freeform: true },
  };
}

/** The arguments of the function that stands for a freeform tool. */
export function freeformArguments(input: string): string {
  return JSON.stringify({ input });
}

/** The input in those arguments; a model that ignores their form gave the input itself. */
export function freeformInput(args: string): string {
  return asText(objectOf(args)?.['input']) ?? args;
}
