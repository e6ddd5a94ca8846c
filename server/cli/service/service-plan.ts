/** Tells our files from others. */
export const MARK = 'Written by "apikeyrouter service install"';

/** What starts at login. */
export interface ServiceProgram {
  readonly node: string;
  /** The command line's bundle. */
  readonly script: string;
  /** The data folder. */
  readonly folder: string;
}

/** Whose login it is. */
export interface ServiceHost {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly uid: number;
}

/** A program with its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** How a system is told to start the daemon at login: a file, and commands about it. Made without touching anything. */
export interface ServicePlan {
  readonly file: string;
  readonly text: string;
  readonly encoding: 'utf8' | 'utf16le';
  /** After the file was written. */
  readonly enable: readonly CommandLine[];
  readonly start: CommandLine;
  /** Before the file is removed. They may fail: it may not be known to the system. */
  readonly disable: readonly CommandLine[];
  /** After the file was removed. */
  readonly forget: readonly CommandLine[];
  /** Succeeds if the service runs. */
  readonly isRunning: CommandLine;
}

/** What the service runs, beside `node`. */
export function serveArguments({ script, folder }: ServiceProgram): readonly string[] {
  return [script, '--home', folder, 'serve', '--no-import'];
}

/** A text within XML. */
export function xmlText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
