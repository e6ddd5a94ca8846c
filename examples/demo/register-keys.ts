import type { KeyView, VirtualKeyView } from '../../shared/model/views.ts';
import { type Daemon, RefusedError } from './daemon.ts';
import { SECRETS, type World } from './providers/world.ts';
import { left, paint, say, wrap } from './screen.ts';

const LIMIT_USD = 1;
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
      about: 'an account with a low rate limit for gpt-5.4',
    },
    { name: 'openai-b', providerId: 'openai', secret: SECRETS.openaiB, about: 'a healthy account' },
    {
      name: 'openai-c',
      providerId: 'openai',
      secret: SECRETS.openaiC,
      about: 'healthy now; its provider revokes it later',
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
      `  ${paint('green', '✓')} ${left(view.name, NAME_WIDTH)}${left(view.providerId, 13)}${left(models, 10)}${paint('dim', about)}`,
    );
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const said = wrap(error.message, ' '.repeat(NAME_WIDTH + 4)).trimStart();
    say(`  ${paint('red', '✗')} ${left(key.name, NAME_WIDTH)}${said}`);
  }
}
