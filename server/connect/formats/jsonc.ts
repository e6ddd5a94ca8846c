import {
  createScanner,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import {
  type ConfigFormat,
  type ConfigPath,
  type ConfigValue,
  indentAt,
  lineEnd,
  lineStart,
  splice,
  unreadable,
} from '../config-format.ts';

// jsonc-parser's SyntaxKind is a const enum, which isolated modules can't use.
const CLOSE_BRACE = 2;
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const TRIVIA = 15;

/** JSON with comments and trailing commas, as editors and agents keep their settings. */
export const JSONC: ConfigFormat = {
  parse(text) {
    const root = parse(text);
    return root ? (getNodeValue(root) as ConfigValue) : {};
  },
  source(text, path) {
    const node = find(parse(text), path);
    return node ? text.slice(node.offset, endOf(node)) : null;
  },
  replace(text, path, source) {
    const node = find(parse(text), path);
    return node ? splice(text, node.offset, endOf(node), source) : text;
  },
  set(text, path, value) {
    const root = parse(text);
    const node = find(root, path);
    if (!root || !node) return text;
    const at = indentAt(text, node.parent?.offset ?? 0);
    return splice(text, node.offset, endOf(node), print(text, value, at, unitOf(text, root)));
  },
  insert(text, path, value) {
    const root = parse(text);
    if (!root) {
      const eol = lineEnd(text);
      const gap = text === '' || text.endsWith('\n') ? '' : eol;
      return JSONC.insert(`${text}${gap}{}${eol}`, path, value);
    }
    let depth = 0;
    while (depth < path.length - 1 && find(root, path.slice(0, depth + 1))) depth++;
    const parent = find(root, path.slice(0, depth));
    if (parent?.type !== 'object') throw unreadable(`"${path[depth - 1]}" is not an object.`);
    const nested = path
      .slice(depth + 1)
      .reduceRight<ConfigValue>((inner, name) => ({ [name]: inner }), value);
    return insertProperty(text, parent, { name: path[depth] ?? '', value: nested, unit: unitOf(text, root) });
  },
  remove(text, path) {
    const property = find(parse(text), path)?.parent;
    return property?.parent ? removeProperty(text, property, property.parent) : text;
  },
};

interface Property {
  readonly name: string;
  readonly value: ConfigValue;
  /** One step of indentation. */
  readonly unit: string;
}

function parse(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw unreadable(`Line ${line} is not valid JSON: ${printParseErrorCode(error.error)}.`);
  }
  if (root && root.type !== 'object') throw unreadable('It is not a JSON object.');
  return root;
}

/** Of a name that occurs twice the last one counts, as for every JSON reader. */
function find(root: Node | undefined, path: ConfigPath): Node | undefined {
  let node = root;
  for (const name of path) {
    if (node?.type !== 'object') return undefined;
    const property = node.children?.findLast((child) => child.children?.[0]?.value === name);
    node = property?.children?.[1];
  }
  return node;
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

/** The file's own step of indentation, else two spaces. */
function unitOf(text: string, root: Node): string {
  const first = root.children?.[0];
  const indent = first && isOnOwnLine(text, first) ? indentAt(text, first.offset) : '';
  const base = indentAt(text, root.offset);
  return indent.length > base.length ? indent.slice(base.length) : '  ';
}

function isOnOwnLine(text: string, property: Node): boolean {
  return text.slice(lineStart(text, property.offset), property.offset).trim() === '';
}

function print(text: string, value: ConfigValue, indent: string, unit: string): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', lineEnd(text) + indent);
}

/** After the last property: what stands behind it on its line, a comment say, stays with it. */
function insertProperty(text: string, parent: Node, { name, value, unit }: Property): string {
  const last = parent.children?.at(-1);
  if (!last) return insertFirst(text, parent, { name, value, unit });
  const key = JSON.stringify(name);
  const comma = commaAfter(text, endOf(last));
  const trailing = comma === null ? '' : ',';
  if (!isOnOwnLine(text, last)) {
    const piece = ` ${key}: ${JSON.stringify(value)}${trailing}`;
    return comma === null
      ? splice(text, endOf(last), endOf(last), `,${piece}`)
      : splice(text, comma + 1, comma + 1, piece);
  }
  const indent = indentAt(text, last.offset);
  const at = restOfLine(text, comma === null ? endOf(last) : comma + 1);
  const piece = `${lineEnd(text)}${indent}${key}: ${print(text, value, indent, unit)}${trailing}`;
  const added = splice(text, at, at, piece);
  return comma === null ? splice(added, endOf(last), endOf(last), ',') : added;
}

function insertFirst(text: string, parent: Node, { name, value, unit }: Property): string {
  const eol = lineEnd(text);
  const base = indentAt(text, parent.offset);
  const indent = base + unit;
  const inside = text.slice(parent.offset + 1, endOf(parent) - 1);
  const at = parent.offset + 1 + inside.trimEnd().length;
  const closing = text.slice(at, endOf(parent) - 1).includes('\n') ? '' : eol + base;
  const piece = `${eol}${indent}${JSON.stringify(name)}: ${print(text, value, indent, unit)}${closing}`;
  return splice(text, at, at, piece);
}

function removeProperty(text: string, property: Node, parent: Node): string {
  const own = commaAfter(text, endOf(property));
  const start = withLineBreakBefore(text, property.offset);
  const end = own === null ? endOf(property) : own + 1;
  const siblings = parent.children ?? [];
  const before = siblings[siblings.indexOf(property) - 1];
  const without = splice(text, start, end, '');
  if (!before) {
    const inside = splice(
      text.slice(parent.offset, endOf(parent)),
      start - parent.offset,
      end - parent.offset,
      '',
    );
    const isEmpty = inside.slice(1, -1).trim() === '';
    return isEmpty ? splice(text, parent.offset, endOf(parent), '{}') : without;
  }
  // As the last one without a comma of its own it had made its neighbour need one.
  const comma = own === null ? commaAfter(text, endOf(before)) : null;
  return comma === null ? without : splice(without, comma, comma + 1, '');
}

/** Where the comma is that follows, before anything but comments and white space. */
function commaAfter(text: string, offset: number): number | null {
  const scanner = createScanner(text);
  scanner.setPosition(offset);
  let token: number = scanner.scan();
  while ([LINE_COMMENT, BLOCK_COMMENT, LINE_BREAK, TRIVIA].includes(token)) token = scanner.scan();
  return token === COMMA ? scanner.getTokenOffset() : null;
}

/** Where the comments end that stand behind something on its line. */
function restOfLine(text: string, offset: number): number {
  const scanner = createScanner(text);
  scanner.setPosition(offset);
  let end = offset;
  for (let token: number = scanner.scan(); token !== CLOSE_BRACE; token = scanner.scan()) {
    if (token === LINE_COMMENT || token === BLOCK_COMMENT)
      end = scanner.getTokenOffset() + scanner.getTokenLength();
    else if (token !== TRIVIA) break;
  }
  return end;
}

/** The white space before a property, and the line break if it begins a line. */
function withLineBreakBefore(text: string, offset: number): number {
  let start = offset;
  while (/[ \t]/.test(text[start - 1] ?? '')) start--;
  if (text[start - 1] === '\n') start--;
  if (text[start] === '\n' && text[start - 1] === '\r') start--;
  return start;
}
