import { chatModels } from '../chat-models.ts';
import { homeFolder, join } from '../places.ts';
import { openaiUrl, type Place, type Tool } from '../tool.ts';

const SECRET = 'APIKEYROUTER_API_KEY';

/**
 * A block of models in a file of its own, which Continue adds to every configuration, and the key where it looks for
 * secrets: https://docs.continue.dev/guides/configuring-models-rules-tools. The user's config.yaml stays as it is.
 */
export const CONTINUE: Tool = {
  id: 'continue',
  name: 'Continue',
  docs: 'https://docs.continue.dev/guides/configuring-models-rules-tools',
  protocol: 'openai-chat',
  programs: ['cn'],
  signs: (place) => [continueFolder({ ...place, project: null })],
  whyNoProject: null,
  shadowedBy: [],
  plan: (place, wiring) => {
    const { listed, notes } = chatModels(wiring);
    const folder = continueFolder(place);
    const block = join(place, folder, 'models', 'apikeyrouter.yaml');
    const models = listed.map(({ id }) => ({
      name: `${id} (API Key Router)`,
      provider: 'openai',
      model: id,
      apiBase: openaiUrl(wiring),
      apiKey: `\${{ secrets.${SECRET} }}`,
      roles: ['chat', 'edit', 'apply'],
    }));
    return {
      files: [
        {
          file: block,
          format: 'yaml',
          edits: [
            { path: ['name'], value: 'API Key Router' },
            { path: ['version'], value: '0.0.1' },
            { path: ['schema'], value: 'v1' },
            { path: ['models'], value: models },
          ],
        },
        {
          file: join(place, folder, '.env'),
          format: 'dotenv',
          edits: [{ path: [SECRET], value: wiring.token }],
        },
      ],
      steps: [],
      notes: [...notes, `Continue's editors read it by themselves, its program with "cn --config ${block}".`],
    };
  },
  variables: () => ({}),
};

function continueFolder(place: Place): string {
  return place.project
    ? join(place, place.project, '.continue')
    : homeFolder(place, 'CONTINUE_GLOBAL_DIR', '.continue');
}
