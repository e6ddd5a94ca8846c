import type { DryRunView, KeyView, ProviderView, VirtualKeyView } from '../../shared/model/views.ts';
import { type Analysis, analyse } from '../policy-language/analyse.ts';
import type { Diagnostic } from '../policy-language/diagnostic.ts';
import { type KnownNames, knownNames } from '../policy-language/known-names.ts';
import { failedTests } from '../policy-language/policy-tests.ts';
import type { ManagementClient } from './management-client.ts';

/** One file with all that was found in it. */
export interface CheckedFile {
  readonly file: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** `null`: it has errors. */
  readonly content: Analysis['file'];
}

/** Checks a file; against what the daemon knows, and with the file's own tests, if there is one. */
export async function checkFile(
  file: string,
  text: string,
  client: ManagementClient | null,
): Promise<CheckedFile> {
  const known = client && (await namesThere(client));
  const analysis = analyse(text, known);
  const failures = client && analysis.file ? await failuresOf(client, analysis.file) : [];
  const diagnostics = [...analysis.diagnostics, ...failures];
  return { file, text, diagnostics, content: failures.length > 0 ? null : analysis.file };
}

async function namesThere(client: ManagementClient): Promise<KnownNames> {
  const [{ keys, providers }, { virtualKeys }, { models }] = await Promise.all([
    client.call<{ keys: readonly KeyView[]; providers: readonly ProviderView[] }>('GET', 'keys'),
    client.call<{ virtualKeys: readonly VirtualKeyView[] }>('GET', 'virtual-keys'),
    client.call<{ models: readonly { readonly id: string }[] }>('GET', 'models'),
  ]);
  return knownNames({ keys, providers, models, virtualKeys });
}

function failuresOf(
  client: ManagementClient,
  { policies, tests }: NonNullable<Analysis['file']>,
): Promise<readonly Diagnostic[]> {
  return failedTests(tests, (input) => client.call<DryRunView>('POST', 'route', { ...input, policies }));
}
