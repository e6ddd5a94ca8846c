import { homeFolder, join } from '../places.ts';
import type { Place, Tool, Wiring } from '../tool.ts';

/** Each sends Claude Code to a cloud instead of the base URL. */
const CLOUDS = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];

/** https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/llm-gateway, https://code.claude.com/docs/en/model-config */
export const CLAUDE_CODE: Tool = {
  id: 'claude-code',
  name: 'Claude Code',
  docs: 'https://code.claude.com/docs/en/llm-gateway',
  protocol: 'anthropic-messages',
  programs: ['claude'],
  signs: (place) => [settingsFolder(place)],
  whyNoProject: null,
  shadowedBy: [],
  plan: (place, wiring) => ({
    files: [
      {
        // Of a project's files the local one, which git does not track.
        file: place.project
          ? join(place, place.project, '.claude', 'settings.local.json')
          : join(place, settingsFolder(place), 'settings.json'),
        format: 'jsonc',
        edits: [
          ...Object.entries(variables(wiring)).map(([name, value]) => ({ path: ['env', name], value })),
          ...CLOUDS.map((name) => ({ path: ['env', name], value: '0', onlyOver: true as const })),
          ...(wiring.model === null ? [] : [{ path: ['model'], value: wiring.model }]),
          ...background(wiring).map(([name, value]) => ({ path: ['env', name], value })),
        ],
      },
    ],
    steps: [],
    notes: [],
  }),
  variables,
};

function settingsFolder(place: Place): string {
  return homeFolder(place, 'CLAUDE_CONFIG_DIR', '.claude');
}

/** An API key beside the token would be used, or warned of: an empty one hides those of the shell and of other files. */
function variables({ url, token }: Wiring): Readonly<Record<string, string>> {
  return { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token, ANTHROPIC_API_KEY: '' };
}

/** Where no Claude is to be had, its small model can't do the work in the background. */
function background({ model, models }: Wiring): readonly (readonly [string, string])[] {
  if (model === null || models.some(({ id }) => /claude.*haiku/.test(id))) return [];
  return [['ANTHROPIC_DEFAULT_HAIKU_MODEL', model]];
}
