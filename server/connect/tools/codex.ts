import { homeFolder, join } from '../places.ts';
import { openaiUrl, type Place, type Tool } from '../tool.ts';

const PROVIDER = ['model_providers', 'apikeyrouter'];

/** https://developers.openai.com/codex/config-reference, https://developers.openai.com/codex/config-advanced */
export const CODEX: Tool = {
  id: 'codex',
  name: 'Codex',
  docs: 'https://developers.openai.com/codex/config-reference',
  protocol: 'openai-responses',
  programs: ['codex'],
  signs: (place) => [codexHome(place)],
  // github.com/openai/codex/issues/22222
  whyNoProject:
    "Codex ignores providers in a project's .codex/config.toml. Give the project a CODEX_HOME of its own, and connect with that set.",
  shadowedBy: [],
  plan: (place, wiring) => ({
    files: [
      {
        file: join(place, codexHome(place), 'config.toml'),
        format: 'toml',
        edits: [
          { path: ['model_provider'], value: 'apikeyrouter' },
          ...(wiring.model === null ? [] : [{ path: ['model'], value: wiring.model }]),
          { path: [...PROVIDER, 'name'], value: 'API Key Router' },
          { path: [...PROVIDER, 'base_url'], value: openaiUrl(wiring) },
          { path: [...PROVIDER, 'wire_api'], value: 'responses' },
          // With `env_key` instead, Codex in an editor or on the desktop would not see the shell's variables.
          { path: [...PROVIDER, 'experimental_bearer_token'], value: wiring.token },
        ],
      },
    ],
    steps: [],
    notes: [],
  }),
  variables: () => ({}),
};

function codexHome(place: Place): string {
  return homeFolder(place, 'CODEX_HOME', '.codex');
}
