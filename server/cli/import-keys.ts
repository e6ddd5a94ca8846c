import type { DiscoveredKey } from '../../shared/key-discovery.ts';
import type { KeyView } from '../../shared/model/views.ts';
import { RouterError } from '../core/router-error.ts';
import { freeName } from './free-name.ts';
import type { ManagementClient } from './management-client.ts';
import { amount } from './output.ts';

/** What became of one key that was found. */
export interface ImportResult {
  readonly variable: string;
  readonly providerId: string;
  readonly result: 'imported' | 'already_there' | 'refused';
  readonly message: string;
}

/** Adds keys one by one, named by their variables; a placeholder or a refused key does not stop the others. */
export async function importKeys(
  client: ManagementClient,
  found: readonly DiscoveredKey[],
): Promise<readonly ImportResult[]> {
  const { keys } = await client.call<{ keys: readonly KeyView[] }>('GET', 'keys');
  const known: Pick<KeyView, 'name'>[] = [...keys];
  const results: ImportResult[] = [];
  for (const { variable, providerId, secret } of found) {
    // The variable of a key that was replaced at its provider has another secret now: that is a key of its own.
    const wished = variable.toLowerCase().replaceAll('_', '-');
    const name = freeName((number) => (number === 1 ? wished : `${wished}-${number}`), known);
    try {
      const key = await client.call<KeyView>('POST', 'keys', { providerId, name, secret });
      known.push(key);
      const models = key.modelCount === null ? '' : `, ${amount(key.modelCount, 'model')}`;
      results.push({ variable, providerId, result: 'imported', message: `added as "${key.name}"${models}` });
    } catch (error) {
      if (!(error instanceof RouterError)) throw error;
      const result = error.code === 'conflict' ? 'already_there' : 'refused';
      results.push({ variable, providerId, result, message: error.message });
    }
  }
  return results;
}

/** One line a key. */
export function describeImport(results: readonly ImportResult[]): string {
  const marks = { imported: '+', already_there: '=', refused: '!' } as const;
  return results.map((entry) => `${marks[entry.result]} ${entry.variable}: ${entry.message}`).join('\n');
}
