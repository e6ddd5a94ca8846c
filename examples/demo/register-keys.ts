import type { KeyView, VirtualKeyView } from '../../shared/model/views.ts';
import { type Daemon, RefusedError } from '../support/daemon.ts';
import { SECRETS, type World } from '../support/providers/world.ts';
import { left, paint, say, wrap } from './screen.ts';

/** Claude Code reserves more than a dollar for the longest answer that it allows. */
const LIMIT_USD = 20;
const NAME_WIDTH = 14;

interface NewKey {
  readonly name: string;
  readonly providerId: string;
  readonly secret: string;
  readonly baseUrl?: string;
  readonly about: string;
}

/** Adds the keys, good and bad, and makes the virtual key that the demo's own requests carry. */
export async function registerKeys(daemon: Daemon, world: World): Promise<string> {
  const { openai, anthropic, local } = world;
  await daemon.api('POST', 'providers', {
    id: 'openai',
    kind: 'openai',
    name: 'OpenAI (simulated)',
    baseUrl: openai.url,
  });
  await daemon.api('POST', 'providers', {
    id: 'anthropic',
    kind: 'anthropic',
    name: 'Anthropic (simulated)',
    baseUrl: anthropic.url,
  });
  const keys: readonly NewKey[] = [
    {
      name: 'openai-a',
      providerId: 'openai',
      secret: SECRETS.openaiA,
      about: 'may ask gpt-5.4 only three times',
    },
    { name: 'openai-b', providerId: 'openai', secret: SECRETS.openaiB, about: 'a healthy account' },
    {
      name: 'openai-c',
      providerId: 'openai',
      secret: SECRETS.openaiC,
      about: 'healthy, until its provider revokes it',
    },
    { name: 'claude', providerId: 'anthropic', secret: SECRETS.anthropic, about: 'a healthy account' },
    {
      name: 'local',
      providerId: 'local-server',
      secret: SECRETS.local,
      baseUrl: `${local.url}/v1`,
      about: 'an OpenAI-compatible server',
    },
    { name: 'mistyped', providerId: 'openai', secret: SECRETS.mistyped, about: '' },
    { name: 'placeholder', providerId: 'openai', secret: 'your-api-key', about: '' },
  ];
  for (const key of keys) await add(daemon, key);
  const { virtualKey, token } = await daemon.api<{ virtualKey: VirtualKeyView; token: string }>(
    'POST',
    'virtual-keys',
    { name: 'demo', tool: 'demo', limitUsd: LIMIT_USD },
  );
  say(
    `  ${paint('green', '✓')} ${left(virtualKey.name, NAME_WIDTH)}virtual key: all that tools get to see, at most $${LIMIT_USD} a ${virtualKey.limitWindow}`,
  );
  return token;
}

async function add(daemon: Daemon, { about, ...key }: NewKey): Promise<void> {
  try {
    const view = await daemon.api<KeyView>('POST', 'keys', key);
    const models = view.modelCount === 1 ? '1 model' : `${view.modelCount} models`;
    say(
      `  ${paint('green', '✓')} ${left(view.name, NAME_WIDTH)}${left(view.providerId, 13)}${left(models, 9)}${paint('dim', about)}`,
    );
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const said = wrap(error.message, ' '.repeat(NAME_WIDTH + 4)).trimStart();
    say(`  ${paint('red', '✗')} ${left(key.name, NAME_WIDTH)}${said}`);
  }
}
