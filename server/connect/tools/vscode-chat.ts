import { chatModels } from '../chat-models.ts';
import { configFolder, join, roamingFolder } from '../places.ts';
import { openaiUrl, type Place, type Tool } from '../tool.ts';

/** VS Code wants to know both; most models have at least these. */
const INPUT = 128_000;
const OUTPUT = 16_000;

/** "Custom Endpoint": https://code.visualstudio.com/docs/agent-customization/language-models, github.com/microsoft/vscode/issues/316916 */
export const VSCODE_CHAT: Tool = {
  id: 'vscode-chat',
  name: "VS Code's chat",
  docs: 'https://code.visualstudio.com/docs/agent-customization/language-models',
  protocol: 'openai-chat',
  programs: ['code', 'code-insiders'],
  signs: (place) => [userFolder(place)],
  whyNoProject: 'VS Code has one list of models for all projects of a profile.',
  shadowedBy: [],
  plan: (_place, wiring) => {
    const { listed, notes } = chatModels(wiring);
    const models = listed.map(({ id, contextLength }) => ({
      id,
      name: id,
      url: `${openaiUrl(wiring)}/chat/completions`,
      toolCalling: true,
      vision: true,
      maxInputTokens: contextLength ?? INPUT,
      maxOutputTokens: OUTPUT,
    }));
    return {
      files: [],
      steps: [
        {
          text: 'VS Code keeps keys in its secret storage, which no file reaches. Run "Chat: Manage Language Models" (VS Code 1.122 or newer), then Add Models, Custom Endpoint, with the name "API Key Router"',
        },
        { text: 'API key', value: wiring.token },
        { text: 'API type', value: 'Chat Completions' },
        {
          text: 'VS Code then opens chatLanguageModels.json: give the entry these models, and save',
          value: `"models": ${JSON.stringify(models, null, 2)}`,
        },
      ],
      notes,
    };
  },
  variables: () => ({}),
};

function userFolder(place: Place): string {
  if (place.platform === 'win32') return join(place, roamingFolder(place), 'Code', 'User');
  if (place.platform === 'darwin')
    return join(place, place.home, 'Library', 'Application Support', 'Code', 'User');
  return join(place, configFolder(place), 'Code', 'User');
}
