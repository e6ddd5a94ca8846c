import type { Edit } from './apply-edits.ts';

/** The formats of tools' files. */
export type FormatName = 'jsonc' | 'toml' | 'yaml' | 'dotenv';

/** Where tools look for their files: the user's machine, as far as it matters for that. */
export interface Place {
  readonly platform: NodeJS.Platform;
  /** The user's home. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of a project, if only that is to be connected. */
  readonly project: string | null;
  readonly exists: (file: string) => boolean;
}

/** A model that the router lists. */
export interface ModelOffer {
  readonly id: string;
  /** Tokens; `null` where nobody says. */
  readonly contextLength: number | null;
}

/** What a tool has to be told. */
export interface Wiring {
  /** `http://127.0.0.1:8484`, without a path. */
  readonly url: string;
  /** The virtual key's token. */
  readonly token: string;
  /** The model that the tool shall use; `null` leaves that to the tool. */
  readonly model: string | null;
  readonly models: readonly ModelOffer[];
}

/** A file of a tool and the values that it gets. */
export interface FilePlan {
  readonly file: string;
  readonly format: FormatName;
  readonly edits: readonly Edit[];
}

/** Something that only a person can do, in the tool's own window. */
export interface Step {
  readonly text: string;
  /** To be pasted there. */
  readonly value?: string;
}

/** How a tool is connected. */
export interface ToolPlan {
  readonly files: readonly FilePlan[];
  readonly steps: readonly Step[];
  /** What one should know. */
  readonly notes: readonly string[];
}

/** The API that a tool calls. */
export type ToolProtocol = 'anthropic-messages' | 'openai-responses' | 'openai-chat' | 'gemini-generate';

/** A tool that can be pointed at the router, as data and pure functions. */
export interface Tool {
  /** As in `apikeyrouter connect ID`. */
  readonly id: string;
  readonly name: string;
  /** The page that describes the configuration. */
  readonly docs: string;
  readonly protocol: ToolProtocol;
  /** Programs on the PATH, and files or folders, one of which says that the tool is used here. */
  readonly programs: readonly string[];
  readonly signs: (place: Place) => readonly string[];
  /** Why there can be no key of its own for a project; `null` where there can. */
  readonly whyNoProject: string | null;
  /** Variables of the environment that win over what is written. */
  readonly shadowedBy: readonly string[];
  readonly plan: (place: Place, wiring: Wiring) => ToolPlan;
  /** The same for a shell; empty for tools that read no such variables. */
  readonly variables: (wiring: Wiring) => Readonly<Record<string, string>>;
}

/** Tools and SDKs of OpenAI's kind append their paths to this; those of Anthropic and Google to the plain address. */
export function openaiUrl({ url }: Wiring): string {
  return `${url}/v1`;
}
