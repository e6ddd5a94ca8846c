import { readFileSync } from 'node:fs';
import { type DiscoveredKey, discoverKeys } from '../../shared/key-discovery.ts';
import type { Admin } from '../core/admin/admin.ts';
import type { Logger } from '../core/ports/logger.ts';
import { RouterError } from '../core/router-error.ts';
import { policiesOf } from '../policy-language/policies-of.ts';
import type { Settings } from './settings/settings.ts';

/** Who changed it, in the audit log. */
const ACTOR = 'configuration';

interface Provisioned {
  readonly admin: Admin;
  readonly logger: Logger;
}

/**
 * Puts in place what the settings bring along: virtual keys, providers' addresses, policies, and the environment's provider
 * keys. A key that is refused does not stop the others; policies that are not valid end the start, and so does an address
 * that would move keys to another host: throws `RouterError`, `invalid_request` or `conflict`.
 */
export async function provision(
  daemon: Provisioned,
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { admin } = daemon;
  admin.virtualKeys.admit(settings.virtualKeys ?? []);
  for (const pair of settings.providerUrls) await pointProvider(admin, pair);
  if (settings.policies !== null) {
    await admin.policies.set(policiesOf(textOf(settings.policies), settings.policies), ACTOR);
  }
  if (!settings.importKeys) return;
  await Promise.all(discoverKeys(env).map((found) => importKey(daemon, found)));
}

async function pointProvider({ providers }: Admin, pair: string): Promise<void> {
  const at = pair.indexOf('=');
  const id = pair.slice(0, at);
  const known = providers.list().find((provider) => provider.id === id);
  const { kind = 'openai-compatible', name = id } = known ?? {};
  await providers.save({ id, kind, name, baseUrl: pair.slice(at + 1) }, ACTOR);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError('invalid_request', `The policy file ${file} can't be read (${message}).`, {
      cause: error,
    });
  }
}

/** A provider that can't be reached now may be later: its key is taken in without having been checked. */
async function importKey({ admin, logger }: Provisioned, found: DiscoveredKey): Promise<void> {
  const { variable, providerId, secret } = found;
  const key = { providerId, secret, name: variable.toLowerCase().replaceAll('_', '-') };
  try {
    await admin.keys.add(key, ACTOR);
  } catch (error) {
    if (!(error instanceof RouterError)) throw error;
    if (error.code === 'provider_unreachable') {
      logger.warn({ variable, reason: error.message }, 'a key of the environment could not be checked');
      await admin.keys.add({ ...key, verify: 'none' }, ACTOR);
    } else if (error.code !== 'conflict') {
      logger.error({ variable, reason: error.message }, 'a key of the environment was not taken in');
    }
  }
}
