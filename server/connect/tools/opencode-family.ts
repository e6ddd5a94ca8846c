import type { Edit } from '../apply-edits.ts';
import { chatModels } from '../chat-models.ts';
import type { ConfigValue } from '../config-format.ts';
import { firstExisting, join } from '../places.ts';
import { openaiUrl, type Place, type ToolPlan, type Wiring } from '../tool.ts';

/** Where one of the family has its files: Kilo Code's program is a fork of opencode. */
interface FamilyFiles {
  /** Names a file that is read after the user's own. */
  readonly variable: string;
  readonly folder: string;
  readonly projectFolder: string;
  /** From the one that is read last, and so wins, to the first. */
  readonly names: readonly [string, ...string[]];
}

/** The file that is changed. */
function configFile(place: Place, { variable, folder, projectFolder, names }: FamilyFiles): string {
  const { project } = place;
  if (project) {
    const [first, ...rest] = names.map((name) => join(place, project, projectFolder, name));
    return firstExisting(place, [first ?? '', ...rest]);
  }
  const [first, ...rest] = names.map((name) => join(place, folder, name));
  return place.env[variable] || firstExisting(place, [first ?? '', ...rest]);
}

/** A provider of its own, since each provider that is built in knows its models from elsewhere. */
export function planFamily(place: Place, wiring: Wiring, files: FamilyFiles): ToolPlan {
  const { listed, notes } = chatModels(wiring);
  const models = Object.fromEntries(listed.map(({ id }): [string, ConfigValue] => [id, { name: id }]));
  const provider = ['provider', 'apikeyrouter'];
  const edits: readonly Edit[] = [
    { path: [...provider, 'npm'], value: '@ai-sdk/openai-compatible' },
    { path: [...provider, 'name'], value: 'API Key Router' },
    { path: [...provider, 'options', 'baseURL'], value: openaiUrl(wiring) },
    { path: [...provider, 'options', 'apiKey'], value: wiring.token },
    { path: [...provider, 'models'], value: models },
    ...(wiring.model === null ? [] : [{ path: ['model'], value: `apikeyrouter/${wiring.model}` }]),
  ];
  const choose =
    wiring.model === null ? ['Choose one of its models with /models, or connect with --model.'] : [];
  return {
    files: [{ file: configFile(place, files), format: 'jsonc', edits }],
    steps: [],
    notes: [...notes, ...choose],
  };
}
