import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';

/** Both from 0; `character` counts UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Where something stands: members of maps by name, items of lists by number. */
export type Path = readonly PropertyKey[];

/** A piece of text with its place. */
export interface PlacedText {
  readonly text: string;
  readonly range: Range;
}

/** Of one file: a few lines of aliases of aliases would otherwise fill the memory. */
const MAX_ALIASES = 100;

/** The text of a policy file (YAML, of which JSON is a part) with the place of everything in it. */
export class PolicySource {
  readonly #lines = new LineCounter();
  readonly #root: Node | null;
  readonly #text: string;
  /** What can't be read, in words, with its place. */
  readonly faults: readonly { readonly message: string; readonly range: Range }[];
  /** Plain values; `undefined` where the text can't be read. */
  readonly value: unknown;

  constructor(text: string) {
    this.#text = text;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, prettyErrors: false });
    this.#root = document.contents;
    const faults = document.errors.map(({ message, pos: [from, to] }) => ({
      message: message.replace(/\s+$/, ''),
      range: this.#between(from, Math.max(to, from + 1)),
    }));
    let value: unknown;
    try {
      if (faults.length === 0) value = document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      faults.push({ message, range: this.#between(0, 1) });
    }
    this.faults = faults;
    this.value = value;
  }

  /** Of a value; of what is there of its path, if it is not. */
  rangeOf(path: Path): Range {
    const node = this.#nearest(path);
    return node?.range ? this.#between(node.range[0], node.range[1]) : this.#between(0, 1);
  }

  /** Of the name by which a member stands in its map; of the value, for items of lists. */
  rangeOfName(path: Path): Range {
    const key = this.#pair(path)?.key;
    return isScalar(key) && key.range ? this.#between(key.range[0], key.range[1]) : this.rangeOf(path);
  }

  /** Of a value's first line, or of the name of what has it: where something is wrong with all of it. */
  headOf(path: Path): Range {
    const { start, end } = this.rangeOfName(path);
    if (start.line === end.line) return { start, end };
    const line = this.#text.split(/\r\n|\r|\n/, start.line + 1)[start.line] ?? '';
    return { start, end: { line: start.line, character: line.trimEnd().length } };
  }

  /** Every text that is written as a value. */
  texts(): readonly PlacedText[] {
    const found: PlacedText[] = [];
    if (!this.#root) return found;
    visit(this.#root, {
      Scalar: (_, { value, range }) => {
        if (typeof value === 'string' && range) {
          found.push({ text: value, range: this.#between(range[0], range[1]) });
        }
      },
    });
    return found;
  }

  #nearest(path: Path): Node | null {
    let node: Node | null = this.#root;
    for (const part of path) {
      const next = childOf(node, part);
      if (!next) return node;
      node = next;
    }
    return node;
  }

  #pair(path: Path): Pair | null {
    const name = path.at(-1);
    const parent = this.#nearest(path.slice(0, -1));
    if (!isMap(parent) || name === undefined) return null;
    return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name)) ?? null;
  }

  /** A range in one line and those after it, without the white space at its end. */
  #between(from: number, to: number): Range {
    let end = Math.min(to, this.#text.length);
    while (end > from + 1 && /\s/.test(this.#text[end - 1] ?? '')) end--;
    return { start: this.#position(from), end: this.#position(end) };
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length));
    return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) };
  }
}

function childOf(node: Node | null, part: PropertyKey): Node | null {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(part)];
    return isPair(item) ? null : ((item as Node | undefined) ?? null);
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return (pair?.value as Node | null | undefined) ?? null;
}
