import { join } from '../places.ts';
import { openaiUrl, type Place, type Tool, type Wiring } from '../tool.ts';

/** https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings, .../configuration/model-providers */
export const QWEN_CODE: Tool = {
  id: 'qwen-code',
  name: 'Qwen Code',
  docs: 'https://qwenlm.github.io/qwen-code-docs/en/users/configuration/model-providers',
  protocol: 'openai-chat',
  programs: ['qwen'],
  signs: (place) => [join(place, place.home, '.qwen')],
  whyNoProject: null,
  shadowedBy: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
  plan: (place, wiring) => ({
    files: [
      {
        file: settingsFile(place),
        format: 'jsonc',
        edits: [
          ...Object.entries(variables(wiring)).map(([name, value]) => ({ path: ['env', name], value })),
          { path: ['security', 'auth', 'selectedType'], value: 'openai' },
          ...(wiring.model === null ? [] : [{ path: ['model', 'name'], value: wiring.model }]),
        ],
      },
    ],
    steps: [],
    notes:
      wiring.model === null
        ? [
            'Qwen Code asks for the model that it is set to, which a key has to serve. Choose another one with --model.',
          ]
        : [],
  }),
  variables,
};

function settingsFile(place: Place): string {
  return join(place, place.project ?? place.home, '.qwen', 'settings.json');
}

function variables(wiring: Wiring): Readonly<Record<string, string>> {
  return { OPENAI_BASE_URL: openaiUrl(wiring), OPENAI_API_KEY: wiring.token };
}
