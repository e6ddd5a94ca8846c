import { chatModels } from '../chat-models.ts';
import { configFolder, join, roamingFolder } from '../places.ts';
import { openaiUrl, type Place, type Tool } from '../tool.ts';

/** Zed wants to know a context length; where nobody says one, this is what most models have at least. */
const CONTEXT = 128_000;

/** https://zed.dev/docs/ai/use-api-access#openai-compatible; keys are kept by the system's keychain */
export const ZED: Tool = {
  id: 'zed',
  name: 'Zed',
  docs: 'https://zed.dev/docs/ai/use-api-access#openai-compatible',
  protocol: 'openai-chat',
  programs: ['zed', 'zeditor'],
  signs: (place) => [folder(place)],
  whyNoProject: "Zed reads its models from the user's settings only.",
  shadowedBy: ['APIKEYROUTER_API_KEY'],
  plan: (place, wiring) => {
    const { listed, notes } = chatModels(wiring);
    const models = listed.map(({ id, contextLength }) => ({
      name: id,
      display_name: id,
      max_tokens: contextLength ?? CONTEXT,
    }));
    const provider = ['language_models', 'openai_compatible', 'apikeyrouter'];
    return {
      files: [
        {
          file: join(place, folder(place), 'settings.json'),
          format: 'jsonc',
          edits: [
            { path: [...provider, 'api_url'], value: openaiUrl(wiring) },
            { path: [...provider, 'available_models'], value: models },
          ],
        },
      ],
      steps: [
        {
          text: 'Zed keeps keys in the system\'s keychain. Run "agent: open settings", open "apikeyrouter" under LLM Providers, and paste this key',
          value: wiring.token,
        },
        { text: 'In the agent panel choose one of the models of apikeyrouter' },
      ],
      notes,
    };
  },
  variables: ({ token }) => ({ APIKEYROUTER_API_KEY: token }),
};

function folder(place: Place): string {
  return place.platform === 'win32'
    ? join(place, roamingFolder(place), 'Zed')
    : join(place, configFolder(place), 'zed');
}
