import type { DryRunView, KeyView, ProviderView, VirtualKeyView } from '../../shared/model/views.ts';
import { type Analysis, analyse } from '../policy-language/analyse.ts';
import { type Diagnostic, diagnostic } from '../policy-language/diagnostic.ts';
import type { KnownNames } from '../policy-language/known-names.ts';
import { dryRunOf, failureOf } from '../policy-language/policy-tests.ts';
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
  const known = client && (await knownNames(client));
  const analysis = analyse(text, known);
  const failures = client && analysis.file ? await failedTests(client, analysis, analysis.file) : [];
  const diagnostics = [...analysis.diagnostics, ...failures];
  return { file, text, diagnostics, content: failures.length > 0 ? null : analysis.file };
}

async function knownNames(client: ManagementClient): Promise<KnownNames> {
  const [{ keys, providers }, { virtualKeys }, { models }] = await Promise.all([
    client.call<{ keys: readonly KeyView[]; providers: readonly ProviderView[] }>('GET', 'keys'),
    client.call<{ virtualKeys: readonly VirtualKeyView[] }>('GET', 'virtual-keys'),
    client.call<{ models: readonly { readonly id: string }[] }>('GET', 'models'),
  ]);
  const both = (entries: readonly { readonly id: string; readonly name: string }[]): readonly string[] =>
    entries.flatMap(({ id, name }) => [name, id]);
  return {
    keys: both(keys),
    providers: providers.map(({ id }) => id),
    models: models.map(({ id }) => id),
    virtualKeys: both(virtualKeys.filter(({ revokedAt }) => revokedAt === null)),
  };
}

async function failedTests(
  client: ManagementClient,
  { source }: Analysis,
  { policies, tests }: NonNullable<Analysis['file']>,
): Promise<readonly Diagnostic[]> {
  const failures: Diagnostic[] = [];
  for (const [at, test] of tests.entries()) {
    const view = await client.call<DryRunView>('POST', 'route', { ...dryRunOf(test), policies });
    const failure = failureOf(test, view);
    if (failure === null) continue;
    failures.push(
      diagnostic('test-failed', source.rangeOf(['tests', at, 'name']), `"${test.name}": ${failure}`),
    );
  }
  return failures;
}
