import type { ProviderRequest } from '../core/ports/provider.ts';
import { changeMembers } from '../protocol/body-members.ts';

/**
 * A Messages body as the clouds take it: the model is in the path, version and betas are in the body.
 * `dropped`: the members that the path says.
 */
export function cloudMessages(
  { body, headers }: ProviderRequest,
  dropped: readonly string[],
  defaultVersion: string,
): Uint8Array {
  const version = headers['anthropic-version'];
  return changeMembers(body, dropped, {
    anthropic_version: typeof version === 'string' ? version : defaultVersion,
    anthropic_beta: betas(headers['anthropic-beta']),
  });
}

function betas(header: string | readonly string[] | undefined): readonly string[] | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? header : header.join(',');
  return text.split(',').map((beta) => beta.trim());
}

/** The name without its date. */
export function undatedName(model: string): string {
  return model.replace(/-\d{8}$/, '');
}
