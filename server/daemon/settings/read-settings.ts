import { RouterError } from '../../core/router-error.ts';
import type { SettingsFile } from './settings-file.ts';
import {
  flagOf,
  memberOf,
  SETTING_NAMES,
  type Setting,
  SETTINGS,
  type Settings,
  variableOf,
} from './settings.ts';
import { NotAValue } from './value-readers.ts';

export interface SettingSources {
  /** By the settings' names. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `null`: there is none. */
  readonly file: SettingsFile | null;
}

interface Given {
  readonly text: string;
  /** As an error names it. */
  readonly source: string;
}

/**
 * A flag comes before the environment, that before the file, that before what is usual. Throws
 * `RouterError('invalid_request')` that names the source of every value that can't be meant.
 */
export function readSettings(sources: SettingSources): Settings {
  const faults: string[] = [...unknownMembers(sources.file)];
  const values = SETTING_NAMES.map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    const given = givenFor(name, setting, sources, faults);
    if (given === null) return [name, null] as const;
    try {
      return [name, setting.read(given.text)] as const;
    } catch (error) {
      if (!(error instanceof NotAValue)) throw error;
      const shown = setting.secret ? 'is not valid' : `is "${given.text.slice(0, 100)}"`;
      faults.push(`${given.source} ${shown}: ${error.message}.`);
      return [name, null] as const;
    }
  });
  if (faults.length > 0) throw new RouterError('invalid_request', faults.join('\n'));
  return Object.fromEntries(values) as unknown as Settings;
}

function givenFor(
  name: keyof Settings,
  { secret, usual }: Setting<unknown>,
  { flags, env, file }: SettingSources,
  faults: string[],
): Given | null {
  const flag = flags[name];
  if (flag !== undefined) return { text: flag, source: `--${flagOf(name)}` };
  const variable = env[variableOf(name)];
  if (variable !== undefined && variable !== '') return { text: variable, source: variableOf(name) };
  const member = file?.members.get(memberOf(name));
  if (member && file) {
    const source = `${file.path}, line ${member.line}: ${memberOf(name)}`;
    if (!secret) return { text: member.text, source };
    faults.push(`${source} is a secret: set ${variableOf(name)} instead.`);
  }
  return usual === null ? null : { text: usual, source: 'the default' };
}

/** A typo must not be silently ignored. */
function unknownMembers(file: SettingsFile | null): readonly string[] {
  if (!file) return [];
  const known = SETTING_NAMES.map(memberOf);
  return [...file.members]
    .filter(([name]) => !known.includes(name))
    .map(
      ([name, { line }]) =>
        `${file.path}, line ${line}: there is no setting "${name.slice(0, 100)}". It may have ${known.join(', ')}.`,
    );
}
