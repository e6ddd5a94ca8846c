import { parseDocument } from 'yaml';
import { RouterError } from '../core/router-error.ts';

/** Of one file: a few lines of aliases of aliases would otherwise fill the memory. */
const MAX_ALIASES = 100;

/**
 * The policies of a file's text (YAML, of which JSON is a part), not looked at yet. Throws `RouterError('invalid_request')`
 * with the file's name for what is no policy file.
 */
export function policiesOf(text: string, file: string): readonly unknown[] {
  const document = parseDocument(text, { uniqueKeys: true });
  const [fault] = document.errors;
  if (fault) throw new RouterError('invalid_request', `${file}: ${fault.message.trimEnd()}`);
  const value = valueOf(document, file);
  if (value?.version !== 1 || !Array.isArray(value.policies)) {
    throw new RouterError(
      'invalid_request',
      `${file}: a policy file begins with "version: 1" and has a list "policies".`,
    );
  }
  return value.policies;
}

function valueOf(
  document: ReturnType<typeof parseDocument>,
  file: string,
): { readonly version?: unknown; readonly policies?: unknown } | null {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as ReturnType<typeof valueOf>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RouterError('invalid_request', `${file}: ${reason}.`, { cause: error });
  }
}
