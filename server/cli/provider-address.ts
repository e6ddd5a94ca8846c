import { input } from '@inquirer/prompts';
import { type AddressPart, fillAddress, isTemplate } from '../../shared/model/presets.ts';
import type { ProviderView } from '../../shared/model/views.ts';
import { RouterError } from '../core/router-error.ts';
import { isForPrograms } from './output.ts';

/** What was said of an address on the command line, by the names of its parts. */
export type AddressAnswers = Readonly<Record<string, string>>;

/**
 * The base URL of a provider that needs more than a key: a region, a project. What the arguments don't say is asked for
 * at a terminal. `undefined` for a provider whose address is known.
 */
export async function providerAddress(
  provider: ProviderView,
  given: AddressAnswers,
): Promise<string | undefined> {
  const parts = isTemplate(provider.baseUrl) ? (provider.address ?? []) : [];
  const unknown = Object.keys(given).filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    throw new RouterError('invalid_request', `${provider.name} has no ${unknown.join(' or ')} to be set.`);
  }
  if (parts.length === 0) return undefined;
  const answers: Record<string, string> = { ...given };
  for (const part of parts) answers[part.name] ??= await ask(provider, part);
  return fillAddress(provider.baseUrl, answers);
}

async function ask(provider: ProviderView, { name, title, example }: AddressPart): Promise<string> {
  if (!process.stdin.isTTY || isForPrograms()) {
    throw new RouterError(
      'invalid_request',
      `${provider.name} needs to know: ${title}. Give it with --set ${name}=${example}.`,
    );
  }
  return input({ message: `${title} (such as ${example}):`, required: true });
}
