import { readSettings } from './read-settings.ts';
import type { Settings } from './settings.ts';
import { CONFIG_VARIABLE, findSettingsFile } from './settings-file.ts';

/** The settings of a daemon that is about to start. Throws `RouterError('invalid_request')` as `readSettings` does. */
export function loadSettings(sources: {
  readonly folder: string;
  /** By the settings' names, and `config`: the file. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Settings {
  const { folder, flags, env } = sources;
  const file = findSettingsFile(folder, flags['config'] ?? (env[CONFIG_VARIABLE] || undefined));
  return readSettings({ flags, env, file });
}
