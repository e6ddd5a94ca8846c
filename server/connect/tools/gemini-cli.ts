import { homeFolder, join } from '../places.ts';
import type { Place, Tool, Wiring } from '../tool.ts';

/**
 * https://geminicli.com/docs/reference/configuration, and packages/cli/src/config/settings.ts in
 * github.com/google-gemini/gemini-cli: of all .env files only the nearest is read.
 */
export const GEMINI_CLI: Tool = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  docs: 'https://geminicli.com/docs/reference/configuration',
  protocol: 'gemini-generate',
  programs: ['gemini'],
  signs: (place) => [userFolder(place)],
  whyNoProject: null,
  shadowedBy: ['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL'],
  plan: (place, wiring) => {
    const folder = place.project ? join(place, place.project, '.gemini') : userFolder(place);
    const shadow = join(place, userFolder(place), '.env');
    return {
      files: [
        {
          file: join(place, folder, '.env'),
          format: 'dotenv',
          edits: Object.entries(variables(wiring)).map(([name, value]) => ({ path: [name], value })),
        },
        {
          file: join(place, folder, 'settings.json'),
          format: 'jsonc',
          edits: [
            // A login with Google would not be asked for its key.
            { path: ['security', 'auth', 'selectedType'], value: 'gemini-api-key' },
            ...(wiring.model === null ? [] : [{ path: ['model', 'name'], value: wiring.model }]),
          ],
        },
      ],
      steps: [],
      notes:
        place.project && place.exists(shadow)
          ? [`In this project Gemini CLI reads the project's .env instead of ${shadow}.`]
          : [],
    };
  },
  variables,
};

function userFolder(place: Place): string {
  return join(place, homeFolder(place, 'GEMINI_CLI_HOME'), '.gemini');
}

function variables({ url, token }: Wiring): Readonly<Record<string, string>> {
  return { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: token };
}
