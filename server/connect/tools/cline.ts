import { chatModels } from '../chat-models.ts';
import { join } from '../places.ts';
import { openaiUrl, type Tool } from '../tool.ts';

/** https://docs.cline.bot/provider-config/openai-compatible */
export const CLINE: Tool = {
  id: 'cline',
  name: 'Cline',
  docs: 'https://docs.cline.bot/provider-config/openai-compatible',
  protocol: 'openai-chat',
  programs: ['cline'],
  signs: (place) => [join(place, place.home, '.cline')],
  whyNoProject: 'Cline has one key for all projects.',
  shadowedBy: [],
  plan: (_place, wiring) => {
    const { listed } = chatModels(wiring);
    return {
      files: [],
      // Its files are a copy of what a running Cline has in memory, which it writes over them.
      steps: [
        {
          text: 'Cline keeps its provider in its own state, which no file changes. Open its settings, and as API Provider choose "OpenAI Compatible"',
        },
        { text: 'Base URL', value: openaiUrl(wiring) },
        { text: 'API Key', value: wiring.token },
        { text: 'Model ID', value: listed[0]?.id ?? '' },
      ],
      notes: [],
    };
  },
  variables: () => ({}),
};
