import * as fc from 'fast-check';
import type { ConfigFormat, ConfigPath, ConfigValue } from '../../server/connect/config-format.ts';
import type { Edit } from '../../server/connect/apply-edits.ts';
import { DOTENV } from '../../server/connect/formats/dotenv.ts';
import { JSONC } from '../../server/connect/formats/jsonc.ts';
import { TOML } from '../../server/connect/formats/toml.ts';
import { YAML } from '../../server/connect/formats/yaml.ts';

/** Texts of a format as people write them, and what is done to them. */
export interface TextKind {
  readonly name: string;
  readonly format: ConfigFormat;
  readonly texts: fc.Arbitrary<string>;
  /** Each on one line. */
  readonly edits: fc.Arbitrary<readonly Edit[]>;
  /** Over several lines, where the format has such values. */
  readonly blocks?: fc.Arbitrary<readonly Edit[]>;
  /** Begins a comment that ends with its line. */
  readonly comment: string;
  /** Adds a value that has nothing to do with ours, somewhere. */
  readonly add: (text: string, eol: string) => string;
}

const NAMES = ['env', 'model', 'a b', 'x', 'deep', 'list', 'quote"d'] as const;
const BARE = ['env', 'model', 'x', 'deep', 'list', 'y-z'] as const;
const scalars = fc.oneof(
  fc.constantFrom<ConfigValue>(
    true,
    0,
    -1.5,
    '',
    'plain',
    '// no # comment',
    '{"a": [}',
    "it's",
    'a\\b',
    'ü€🦊',
  ),
  fc.string({ maxLength: 6 }).map((text) => text.replaceAll(/[^ -~]/g, '_')),
);
const eols = fc.constantFrom('\n', '\r\n');
const gaps = fc.constantFrom('', ' ', '  ');
const comments = fc.constantFrom('', '', 'note', 'model = "{', '"x": 1, }');

interface JsonStyle {
  readonly unit: string;
  readonly eol: string;
  readonly trailing: boolean;
}

/** A member: its name, its value, and what is written around them. */
interface JsonMember {
  readonly name: string;
  readonly value: ConfigValue | readonly JsonMember[];
  readonly inline: boolean;
  readonly comment: string;
  readonly gap: string;
}

const jsonStyles: fc.Arbitrary<JsonStyle> = fc.record({
  unit: fc.constantFrom('  ', '    ', '\t', ' '),
  eol: eols,
  trailing: fc.boolean(),
});

function jsonMembers(depth: number): fc.Arbitrary<readonly JsonMember[]> {
  const lists = fc.constantFrom<ConfigValue>([], [1, { a: ']' }], ['x', null]);
  const values = depth === 0 ? [scalars, lists] : [scalars, lists, jsonMembers(depth - 1)];
  return fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      value: fc.oneof<fc.Arbitrary<JsonMember['value']>[]>(...values),
      inline: fc.boolean(),
      comment: comments,
      gap: gaps,
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  );
}

function writeJsonc(members: readonly JsonMember[], style: JsonStyle, indent: string): string {
  const { unit, eol, trailing } = style;
  const inner = indent + unit;
  const lines = members.map(({ name, value, inline, comment, gap }, at) => {
    const comma = at < members.length - 1 || trailing ? ',' : '';
    const nested = isMembers(value)
      ? inline
        ? writeInline(value)
        : writeJsonc(value, style, inner)
      : JSON.stringify(value);
    const note = comment === '' ? '' : inline ? ` /* ${comment} */` : ` // ${comment}`;
    return `${inner}${JSON.stringify(name)}${gap}:${gap}${nested}${comma}${note}`;
  });
  return `{${eol}${lines.join(eol)}${eol}${indent}}`;
}

function writeInline(members: readonly JsonMember[]): string {
  const all = members.map(({ name, value, gap }) => {
    const nested = isMembers(value) ? writeInline(value) : JSON.stringify(value);
    return `${JSON.stringify(name)}:${gap}${nested}`;
  });
  return `{${all.join(', ')}}`;
}

function isMembers(value: JsonMember['value']): value is readonly JsonMember[] {
  return (
    Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && 'gap' in (value[0] ?? {})
  );
}

const jsonTexts = fc
  .tuple(jsonMembers(2), jsonStyles, fc.constantFrom('', '// head', '/* head */'))
  .map(([members, style, head]) => {
    const start = head === '' ? '' : head + style.eol;
    return `${start}${writeJsonc(members, style, '')}${style.eol}`;
  });

/** Lines of `key = value` kinds, with comments behind and between them. */
function lineTexts(
  write: (name: string, value: string) => string,
  values: readonly string[],
  comment: (text: string) => string,
): fc.Arbitrary<{ readonly lines: readonly string[]; readonly eol: string }> {
  const line = fc.record({
    name: fc.constantFrom(...BARE),
    value: fc.constantFrom(...values),
    behind: comments,
    before: comments,
    blank: fc.boolean(),
  });
  const lines = fc
    .uniqueArray(line, { maxLength: 4, selector: ({ name }) => name })
    .map((all) =>
      all.flatMap(({ name, value, behind, before, blank }) => [
        ...(blank ? [''] : []),
        ...(before === '' ? [] : [comment(before)]),
        write(name, value) + (behind === '' ? '' : ` ${comment(behind)}`),
      ]),
    );
  return fc.record({ lines, eol: eols });
}

const tomlValues = [
  '"a # b"',
  "'x = [1'",
  '12',
  'true',
  '[1, 2]',
  '{ a = 1, "b.c" = "}" }',
  '2026-11-24',
  '1.5',
];
const multiline = ['"""\nmodel = 1\n[env]\n"""', "'''\n# no\n'''", '[\n  1, # one ]\n  2,\n]'];
const tomlTables = fc.uniqueArray(fc.constantFrom('t1', 't2', 'one.down', '"quoted.name"'), {
  maxLength: 3,
});
const tomlTexts = fc
  .tuple(
    lineTexts(
      (name, value) => `${name} = ${value}`,
      [...tomlValues, ...multiline],
      (text) => `# ${text}`,
    ),
    tomlTables,
    lineTexts(
      (name, value) => `  ${name}=${value}`,
      tomlValues,
      (text) => `#${text}`,
    ),
  )
  .map(([{ lines, eol }, tables, inner]) => {
    const blocks = tables.flatMap((table) => ['', `[${table}] # table`, ...inner.lines]);
    return [...lines, ...blocks, ''].join('\n').replaceAll('\n', eol);
  });

const yamlValues = [
  'plain text',
  '"a # b"',
  "'it''s'",
  '12',
  '[a, b]',
  '{a: 1}',
  '|\n  two\n  lines',
  '\n  - a\n  - b',
  '\n  in: 1',
  '',
];
const yamlTexts = lineTexts(
  (name, value) => `${name}:${value.startsWith('\n') ? '' : ' '}${value}`,
  yamlValues,
  (text) => `# ${text}`,
).map(({ lines, eol }) => {
  // A comment behind a block would be a part of it, or no comment at all.
  const clean = lines.map((line) => (line.includes('\n') ? line.replace(/ # [^\n]*$/, '') : line));
  return [...clean, ''].join('\n').replaceAll('\n', eol);
});

const envTexts = lineTexts(
  (name, value) => `${name.replace('-', '_')}=${value}`,
  ['plain', '"quo # ted"', "'single'", '', 'http://x/y?z=1', '"two\nlines"'],
  (text) => `# ${text.replaceAll(/["{=]/g, '')}`,
).map(({ lines, eol }) => [...lines, ''].join('\n').replaceAll('\n', eol));

function editsOf(
  paths: readonly ConfigPath[],
  values: fc.Arbitrary<ConfigValue>,
): fc.Arbitrary<readonly Edit[]> {
  return fc.tuple(...paths.map((path) => values.map((value) => ({ path, value }))));
}

const strings = fc.constantFrom<ConfigValue>('akr-token', 'http://127.0.0.1:8484/v1', 'openai/gpt-5', '');

const JSON_PATHS = [['ours', 'one'], ['ours', 'two'], ['ours', 'in', 'three'], ['fresh'], ['model']];

export const TEXT_KINDS: readonly TextKind[] = [
  {
    name: 'JSON with comments',
    format: JSONC,
    texts: jsonTexts,
    edits: editsOf(JSON_PATHS, strings),
    blocks: editsOf(JSON_PATHS, fc.constantFrom<ConfigValue>({ a: { b: [1] } }, [{ c: 'd' }], {}, [])),
    comment: '//',
    add: (text, eol) => text.replace('{', () => `{${eol}"mine": [1],${eol}`),
  },
  {
    name: 'TOML',
    format: TOML,
    texts: tomlTexts,
    edits: editsOf([['provider'], ['providers', 'ours', 'name'], ['providers', 'ours', 'url']], strings),
    comment: '#',
    add: (text, eol) => `mine = [1]${eol}${text}`,
  },
  {
    name: 'YAML',
    format: YAML,
    texts: yamlTexts,
    edits: editsOf([['ours'], ['other-one'], ['model']], strings),
    comment: '#',
    add: (text, eol) => `mine: [1]${eol}${text}`,
  },
  {
    name: '.env',
    format: DOTENV,
    texts: envTexts,
    edits: editsOf([['OURS'], ['model'], ['OTHER']], strings),
    comment: '#',
    add: (text, eol) => `mine=1${eol}${text}`,
  },
];
