import { configFolder, join } from '../places.ts';
import type { Place, Tool } from '../tool.ts';
import { planFamily } from './opencode-family.ts';

/**
 * The program and the extension share their files: https://kilo.ai/docs/code-with-ai/platforms/cli, and
 * packages/opencode/src/kilocode/skills/kilo-config.md in github.com/Kilo-Org/kilocode
 */
export const KILOCODE: Tool = {
  id: 'kilocode',
  name: 'Kilo Code',
  docs: 'https://kilo.ai/docs/code-with-ai/platforms/cli',
  protocol: 'openai-chat',
  programs: ['kilo', 'kilocode'],
  signs: (place) => [folder(place)],
  whyNoProject: null,
  shadowedBy: ['KILO_CONFIG_CONTENT'],
  plan: (place, wiring) =>
    planFamily(place, wiring, {
      variable: 'KILO_CONFIG',
      folder: folder(place),
      projectFolder: '.kilo',
      names: ['kilo.jsonc', 'kilo.json'],
    }),
  variables: () => ({}),
};

function folder(place: Place): string {
  return join(place, configFolder(place), 'kilo');
}
