import { policyFileSchema } from '../core/policy/policy-file-schema.ts';
import type { Policy } from '../core/policy/policy-schema.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import type { KnownNames } from './known-names.ts';
import { PolicySource } from './policy-source.ts';
import type { PlacedTest } from './policy-tests.ts';
import { schemaDiagnostics } from './schema-diagnostics.ts';
import { semanticDiagnostics } from './semantic-diagnostics.ts';

/** A file as it was understood. */
export interface Analysis {
  /** In the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
  /** `null`: the file has errors, and nothing of it may take effect. */
  readonly file: { readonly policies: readonly Policy[]; readonly tests: readonly PlacedTest[] } | null;
  readonly source: PolicySource;
}

/** How the secrets of providers and the router's own tokens begin. */
const SECRET = /(?:^|[^a-z0-9])(?:sk-[\w-]{16,}|gsk_\w{16,}|xai-\w{16,}|AIza[\w-]{20,}|ak[rm]-[\w-]{16,})/i;

/** Reads a policy file: what is wrong with it, and what it says. Never throws, whatever the text. */
export function analyse(text: string, known: KnownNames | null): Analysis {
  const source = new PolicySource(text);
  const found: Diagnostic[] = source.faults.map(({ message, range }) =>
    diagnostic('syntax', range, `${message}.`.replace(/\.\.$/, '.')),
  );
  found.push(...secrets(source));
  let file: Analysis['file'] = null;
  if (source.faults.length === 0) {
    const result = policyFileSchema.safeParse(source.value ?? {});
    if (result.success) {
      const { policies, tests = [] } = result.data;
      found.push(...semanticDiagnostics(source, policies, known));
      file = {
        policies,
        tests: tests.map((test, at) => ({ test, range: source.rangeOf(['tests', at, 'name']) })),
      };
    } else {
      found.push(...schemaDiagnostics(source));
    }
  }
  const diagnostics = found.toSorted(byPlace);
  return {
    diagnostics,
    file: diagnostics.some(({ severity }) => severity === 'error') ? null : file,
    source,
  };
}

function secrets(source: PolicySource): readonly Diagnostic[] {
  return source.texts().flatMap(({ text, range }) => {
    if (!SECRET.test(text)) return [];
    const message =
      'This looks like a key. Replace it at its provider, since files are passed on, and add the new one with "apikeyrouter keys add".';
    return [diagnostic('secret', range, message)];
  });
}

function byPlace({ range: one }: Diagnostic, { range: other }: Diagnostic): number {
  return one.start.line - other.start.line || one.start.character - other.start.character;
}
