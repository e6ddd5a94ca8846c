import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { ToolDefinition } from './dialogue.ts';
import { freeformTool } from './freeform-tool.ts';
import { objectsOf } from './read-fields.ts';
import type { Warnings } from './warnings.ts';

/** Where tools are that have no other namespace; their calls name it or not (github.com/lidge-jun/opencodex/pull/2020). */
const DEFAULT_NAMESPACE = 'functions';

/**
 * Functions, freeform tools and namespaces of them; whatever OpenAI itself would run is left out. One that is declared
 * again takes the place of the first: elsewhere a name may stand for one tool only.
 */
export function readResponsesTools(
  tools: readonly JsonObject[],
  warnings: Warnings,
): readonly ToolDefinition[] {
  const read = readTools(tools, warnings, null);
  return [...new Map(read.map((tool) => [tool.name, tool])).values()];
}

function readTools(
  tools: readonly JsonObject[],
  warnings: Warnings,
  namespace: string | null,
): readonly ToolDefinition[] {
  return tools.flatMap((tool): readonly ToolDefinition[] => {
    switch (tool['type']) {
      case 'function':
        return [readFunction(tool, namespace)];
      case 'custom':
        return [freeformTool(tool, namespace)];
      case 'namespace':
        return readTools(objectsOf(tool['tools']), warnings, namespaceOf(tool));
      default:
        warnings.leftOut(`the tool of type ${JSON.stringify(tool['type'])}`);
        return [];
    }
  });
}

/** The one name that stands for a tool and its namespace. */
export function toolNameOf(namespace: string | null, name: string): string {
  return namespace === null || namespace === DEFAULT_NAMESPACE ? name : `${namespace}__${name}`;
}

function namespaceOf({ name }: JsonObject): string | null {
  return name === DEFAULT_NAMESPACE ? null : asText(name);
}

function readFunction(tool: JsonObject, namespace: string | null): ToolDefinition {
  const name = asText(tool['name']) ?? '';
  return {
    name: toolNameOf(namespace, name),
    description: asText(tool['description']),
    parameters: asObject(tool['parameters']) ?? { type: 'object', properties: {} },
    strict: tool['strict'] === true,
    ...(namespace === null ? {} : { caller: { name, namespace, freeform: false } }),
  };
}
