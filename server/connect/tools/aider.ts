import { join } from '../places.ts';
import { openaiUrl, type Place, type Tool } from '../tool.ts';

/** https://aider.chat/docs/config/aider_conf.html, https://aider.chat/docs/llms/openai-compat.html */
export const AIDER: Tool = {
  id: 'aider',
  name: 'Aider',
  docs: 'https://aider.chat/docs/config/aider_conf.html',
  protocol: 'openai-chat',
  programs: ['aider'],
  signs: (place) => [configFile({ ...place, project: null })],
  whyNoProject: null,
  shadowedBy: [],
  plan: (place, wiring) => ({
    files: [
      {
        file: configFile(place),
        format: 'yaml',
        edits: [
          { path: ['openai-api-base'], value: openaiUrl(wiring) },
          { path: ['openai-api-key'], value: wiring.token },
          ...(wiring.model === null ? [] : [{ path: ['model'], value: `openai/${wiring.model}` }]),
        ],
      },
    ],
    steps: [],
    notes:
      wiring.model === null
        ? [
            'Only models that begin with "openai/" go through the router: "aider --model openai/MODEL", or connect with --model.',
          ]
        : [],
  }),
  variables: (wiring) => ({ OPENAI_API_BASE: openaiUrl(wiring), OPENAI_API_KEY: wiring.token }),
};

/** Aider adds `.aider*` to a repository's .gitignore by itself. */
function configFile(place: Place): string {
  return join(place, place.project ?? place.home, '.aider.conf.yml');
}
