import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { styleText } from 'node:util';
import { VERSION } from '../../shared/version.ts';
import { type Diagnostic, DIAGNOSTICS, type DiagnosticCode } from '../policy-language/diagnostic.ts';
import type { CheckedFile } from './policy-check.ts';

/** How findings are written: for people, for programs, and for what shows them beside a change. */
export const FORMATS = ['text', 'json', 'sarif', 'github'] as const;
export type DiagnosticFormat = (typeof FORMATS)[number];

export function formatFindings(files: readonly CheckedFile[], format: DiagnosticFormat): string {
  switch (format) {
    case 'text':
      return text(files);
    case 'json':
      return JSON.stringify({ files: files.map(({ file, diagnostics }) => ({ file, diagnostics })) });
    case 'sarif':
      return JSON.stringify(sarif(files), null, 2);
    case 'github':
      return files.flatMap(({ file, diagnostics }) => diagnostics.map((one) => github(file, one))).join('\n');
  }
}

/** `file:line:column: error: message [code]`, with the line that is meant. */
function text(files: readonly CheckedFile[]): string {
  const parts = files.flatMap(({ file, text: content, diagnostics }) => {
    const lines = content.split(/\r\n|\r|\n/);
    return diagnostics.map((one) => `${headline(file, one)}\n${excerpt(lines, one)}`);
  });
  return [...parts, summary(files)].join('\n\n');
}

function headline(file: string, { range, severity, message, code }: Diagnostic): string {
  const word = styleText(severity === 'error' ? 'red' : 'yellow', severity);
  return `${file}:${range.start.line + 1}:${range.start.character + 1}: ${word}: ${printable(message)} [${code}]`;
}

function excerpt(lines: readonly string[], { code, range: { start, end } }: Diagnostic): string {
  // Logs are passed on as files are.
  if (code === 'secret') return `  ${' '.repeat(start.character)}(not shown)`;
  const line = printable(lines[start.line] ?? '');
  const width = end.line === start.line ? end.character - start.character : line.length - start.character;
  return `  ${line}\n  ${' '.repeat(start.character)}${'^'.repeat(Math.max(1, width))}`;
}

function summary(files: readonly CheckedFile[]): string {
  const count = (severity: string): number =>
    files.reduce(
      (sum, { diagnostics }) => sum + diagnostics.filter((one) => one.severity === severity).length,
      0,
    );
  const policies = files.reduce((sum, { content }) => sum + (content?.policies.length ?? 0), 0);
  const [errors, warnings] = [count('error'), count('warning')];
  const valid = `${policies} valid ${policies === 1 ? 'policy' : 'policies'}`;
  if (errors === 0 && warnings === 0) return `${valid}.`;
  const plural = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
  return `${valid}, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}.`;
}

/** A file's text must not steer the terminal. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\t' ? ' ' : '\ufffd'));
}

/** docs.github.com/actions/reference/workflow-commands-for-github-actions */
function github(file: string, { severity, range, message, code }: Diagnostic): string {
  const escaped = (value: string): string =>
    value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (value: string): string => escaped(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const place = [
    `file=${property(file)}`,
    `line=${range.start.line + 1}`,
    `col=${range.start.character + 1}`,
    `endLine=${range.end.line + 1}`,
    `endColumn=${range.end.character + 1}`,
    `title=${code}`,
  ];
  return `::${severity} ${place.join(',')}::${escaped(message)}`;
}

/** docs.oasis-open.org/sarif/sarif/v2.1.0 */
function sarif(files: readonly CheckedFile[]): object {
  const codes = Object.keys(DIAGNOSTICS) as readonly DiagnosticCode[];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'API Key Router',
            version: VERSION,
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: DIAGNOSTICS[id].says },
              defaultConfiguration: { level: DIAGNOSTICS[id].severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: files.flatMap(({ file, diagnostics }) =>
          diagnostics.map(({ code, severity, message, range }) => ({
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: severity,
            message: { text: message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(file) },
                  region: {
                    startLine: range.start.line + 1,
                    startColumn: range.start.character + 1,
                    endLine: range.end.line + 1,
                    endColumn: range.end.character + 1,
                  },
                },
              },
            ],
          })),
        ),
      },
    ],
  };
}

/** Relative to where the check runs, as the services that read it want it. */
function uriOf(file: string): string {
  return path.isAbsolute(file)
    ? pathToFileURL(file).href
    : file.split(path.sep).map(encodeURIComponent).join('/');
}
