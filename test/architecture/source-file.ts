import { type Token, tokenize } from './tokens.ts';

export interface Import {
  /** As written; `?` for a dynamic import of something that is worked out at run time. */
  readonly specifier: string;
  readonly line: number;
}

/** A source file as the rules see it. */
export interface SourceFile {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

export function readSource(path: string, text: string): SourceFile {
  const tokens = tokenize(text);
  return { path, lines: text.split('\n').length - 1, tokens, imports: findImports(tokens) };
}

/** Every `import ... from`, `export ... from`, `import '...'`, `import(...)` and `require(...)`. */
function findImports(tokens: readonly Token[]): readonly Import[] {
  const imports: Import[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[at - 1]?.text === '.') continue;
    const specifier = readImport(tokens, at);
    if (specifier !== null) imports.push({ specifier, line: token.line });
  }
  return imports;
}

function readImport(tokens: readonly Token[], at: number): string | null {
  const word = tokens[at]?.text;
  const next = tokens[at + 1];
  if (word === 'import' || word === 'require') {
    if (word === 'import' && next?.kind === 'string') return next.text;
    if (next?.text === '(') {
      const argument = tokens[at + 2];
      return argument?.kind === 'string' ? argument.text : '?';
    }
  }
  return word === 'import' || word === 'export' ? readFrom(tokens, at + 1) : null;
}

/** The string after the `from` that ends an import or export clause. */
function readFrom(tokens: readonly Token[], start: number): string | null {
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token?.text === 'from' && next?.kind === 'string') return next.text;
    const inClause = token?.kind === 'word' || ['{', '}', ',', '*'].includes(token?.text ?? '');
    if (!inClause || token?.text === 'import' || token?.text === 'export') return null;
  }
  return null;
}
