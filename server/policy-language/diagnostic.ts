import type { Range } from './policy-source.ts';

/** Everything that the checks find, with what it means. The documentation has a section for each of these codes. */
export const DIAGNOSTICS = {
  syntax: { severity: 'error', says: 'The file is no YAML, so that nothing in it can be read.' },
  'unknown-field': {
    severity: 'error',
    says: 'A member has a name that means nothing here: most likely a typo.',
  },
  'missing-field': { severity: 'error', says: 'Something that is needed is not there.' },
  'wrong-type': {
    severity: 'error',
    says: 'A value is of another kind than what is wanted: a text in place of a number.',
  },
  'unknown-value': { severity: 'error', says: 'A value is none of those that are possible.' },
  'out-of-range': {
    severity: 'error',
    says: 'A number is too small or too large, a list or a text too short or too long.',
  },
  'wrong-format': { severity: 'error', says: 'A text is not of the form that is wanted, such as HH:MM.' },
  invalid: { severity: 'error', says: 'The values are possible, but not together.' },
  'duplicate-name': {
    severity: 'error',
    says: 'Two policies have one name: the later one would take the place of the earlier.',
  },
  secret: {
    severity: 'error',
    says: 'A key of a provider or a token stands in the file. Files are passed on; keys belong into the key store.',
  },
  'test-failed': { severity: 'error', says: "One of the file's own tests fails under its policies." },
  'unknown-key': { severity: 'warning', says: 'There is no key of this name: the rule waits for one.' },
  'unknown-provider': { severity: 'warning', says: 'There is no provider of this id.' },
  'unknown-model': { severity: 'warning', says: 'No key serves this model.' },
  'unknown-virtual-key': { severity: 'warning', says: 'There is no virtual key of this name.' },
  'never-applies': {
    severity: 'warning',
    says: 'The rule asks for what can never be together, so that it never counts.',
  },
  shadowed: {
    severity: 'warning',
    says: 'Another preference always comes first, so that this one never counts.',
  },
  'budget-conflict': {
    severity: 'warning',
    says: 'Two budgets of one scope and window have different limits: only the lower one ever counts.',
  },
  'fallback-cycle': {
    severity: 'warning',
    says: 'A model falls back to itself, which the request has tried already.',
  },
} as const satisfies Readonly<
  Record<string, { readonly severity: 'error' | 'warning'; readonly says: string }>
>;

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** One thing that is wrong with a file, or most likely is. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  readonly range: Range;
  readonly message: string;
  /** What was most likely meant, to be put in the place of the range. */
  readonly replacement?: string;
  /** Other places of the same file that have to do with it. */
  readonly related?: readonly { readonly range: Range; readonly message: string }[];
}

export function diagnostic(
  code: DiagnosticCode,
  range: Range,
  message: string,
  more: Pick<Diagnostic, 'replacement' | 'related'> = {},
): Diagnostic {
  return { code, severity: DIAGNOSTICS[code].severity, range, message, ...more };
}
