import { configFolder, join } from '../places.ts';
import type { Place, Tool } from '../tool.ts';
import { planFamily } from './opencode-family.ts';

/** https://opencode.ai/docs/config, https://opencode.ai/docs/providers; version 2 reads the same files (opencode.ai/docs/migrate-v1) */
export const OPENCODE: Tool = {
  id: 'opencode',
  name: 'opencode',
  docs: 'https://opencode.ai/docs/providers',
  protocol: 'openai-chat',
  programs: ['opencode'],
  signs: (place) => [folder(place)],
  whyNoProject: null,
  shadowedBy: ['OPENCODE_CONFIG_CONTENT'],
  plan: (place, wiring) =>
    planFamily(place, wiring, {
      variable: 'OPENCODE_CONFIG',
      folder: folder(place),
      projectFolder: '.opencode',
      names: ['opencode.jsonc', 'opencode.json'],
    }),
  variables: () => ({}),
};

function folder(place: Place): string {
  return join(place, configFolder(place), 'opencode');
}
