import { type ApiKeyRouter, type RouteMetadata, type RouteRequest, RoutingError } from 'apikeyrouter';
import type { Accounts } from '../support/accounts.ts';

/** What the parts of the program share: one router over the accounts. */
export interface Tour {
  readonly router: ApiKeyRouter;
  readonly accounts: Accounts;
}

export type Part = (tour: Tour) => Promise<void>;

/** Asks the cheap model something short; a refusal is said instead of ending the program. */
export async function ask(
  { router, accounts }: Tour,
  request: Partial<RouteRequest> = {},
): Promise<RouteMetadata | null> {
  try {
    const { metadata } = await router.route({
      model: accounts.cheapModel,
      prompt: 'Say something nice.',
      maxTokens: 60,
      ...request,
    });
    return metadata;
  } catch (error) {
    if (!(error instanceof RoutingError)) throw error;
    console.log(`   Refused (${error.code}): ${error.message}`);
    return null;
  }
}

/** Asks several times. Returns the names of the keys that answered. */
export async function askOften(
  tour: Tour,
  times: number,
  request?: Partial<RouteRequest>,
): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; index < times; index++) {
    const metadata = await ask(tour, request);
    if (metadata) names.push(metadata.keyName);
  }
  return names;
}
