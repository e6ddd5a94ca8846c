import type { Policy } from '../core/policy/policy-schema.ts';
import { RouterError } from '../core/router-error.ts';
import { analyse } from './analyse.ts';

const MOST_NAMED = 5;

/** The policies of a file's text. Throws `RouterError('invalid_request')` that names the first places with errors. */
export function policiesOf(text: string, file: string): readonly Policy[] {
  const { file: content, diagnostics } = analyse(text, null);
  if (content) return content.policies;
  const errors = diagnostics
    .filter(({ severity }) => severity === 'error')
    .slice(0, MOST_NAMED)
    .map(({ range, message }) => `${file}, line ${range.start.line + 1}: ${message}`);
  throw new RouterError('invalid_request', errors.join('\n'));
}
