import path from 'node:path';
import { EMPTY_NAME, IMPORT_RULES, IMPURE_CALLS, type ImportRule, MAX_LINES, PURE_FOLDERS } from './rules.ts';
import type { SourceFile } from './source-file.ts';
import type { Token } from './tokens.ts';

/** What breaks a rule, one line each: `server/core/x.ts:3 imports undici`. */
export function violations(files: readonly SourceFile[], rules = IMPORT_RULES): readonly string[] {
  return files.flatMap((file) => [
    ...brokenImports(file, rules),
    ...brokenExports(file),
    ...impureCalls(file),
    ...(EMPTY_NAME.test(file.path) ? [`${file.path} has a name that says nothing`] : []),
    ...(file.lines > MAX_LINES ? [`${file.path} has ${file.lines} lines`] : []),
  ]);
}

/** The rule of the longest folder that holds the file; one for files of its name before one for all. */
export function ruleOf(file: string, rules: readonly ImportRule[]): ImportRule | null {
  const fitting = rules.filter((rule) => isWithin(file, rule.of) && (rule.named?.test(file) ?? true));
  fitting.sort((a, b) => b.of.length - a.of.length || Number(!!b.named) - Number(!!a.named));
  return fitting[0] ?? null;
}

function brokenImports(file: SourceFile, rules: readonly ImportRule[]): readonly string[] {
  const rule = ruleOf(file.path, rules);
  if (!rule) return [`${file.path} lies where no rule says what it may import`];
  return file.imports
    .filter(({ specifier }) => !isAllowed(file.path, specifier, rule))
    .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`);
}

function isAllowed(file: string, specifier: string, rule: ImportRule): boolean {
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    return [rule.of, ...rule.imports].some((allowed) => isWithin(target, allowed));
  }
  return rule.packages.some(
    (allowed) =>
      specifier === allowed ||
      specifier.startsWith(`${allowed}/`) ||
      (allowed === 'node:*' && specifier.startsWith('node:')),
  );
}

/** A default export has no name of its own, and a barrel hides who imports what. */
function brokenExports(file: SourceFile): readonly string[] {
  const { tokens } = file;
  return tokens.flatMap((token, at) => {
    const where = `${file.path}:${token.line}`;
    if (token.text === 'default' && tokens[at - 1]?.text === 'as') return [`${where} exports a default`];
    if (token.kind !== 'word' || token.text !== 'export') return [];
    const next = tokens[at + 1]?.text;
    if (next === 'default') return [`${where} exports a default`];
    return next === '*' ? [`${where} is a barrel`] : [];
  });
}

function impureCalls(file: SourceFile): readonly string[] {
  if (!PURE_FOLDERS.some((folder) => isWithin(file.path, folder))) return [];
  return file.tokens.flatMap((token, at) =>
    IMPURE_CALLS.filter((call) => spells(file.tokens, at, call)).map(
      (call) => `${file.path}:${token.line} uses ${call.join(' ')}`,
    ),
  );
}

function spells(tokens: readonly Token[], at: number, call: readonly string[]): boolean {
  if (tokens[at - 1]?.text === '.') return false;
  return call.every((text, index) => {
    const token = tokens[at + index];
    return token?.text === text && token.kind !== 'string' && token.kind !== 'template';
  });
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}
