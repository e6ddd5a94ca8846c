import * as fc from 'fast-check';
import type { Dialogue, Part, ToolDefinition, Turn } from '../../server/protocol/translate/dialogue.ts';

/** Texts that have words, since some protocols refuse those that have none. */
const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `x${text}`),
  fc.constantFrom('Grüße', '日本語 🦊', '{"a":1}', 'line\nline', 'data: x'),
);
const names = fc.constantFrom('read_file', 'shell', 'mcp__docs__search', `long_${'n'.repeat(50)}`);
const args = fc.dictionary(fc.constantFrom('path', 'n', 'deep'), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
});

const tools: fc.Arbitrary<readonly ToolDefinition[]> = fc.uniqueArray(
  fc.record({
    name: names,
    description: fc.option(words),
    parameters: fc.constantFrom(
      { type: 'object', properties: {} },
      { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    ),
    strict: fc.constant(false),
  }),
  { selector: ({ name }) => name, maxLength: 3 },
);

const image = fc.constantFrom<Part>(
  { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
  { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
);
const text = words.map((of): Part => ({ type: 'text', text: of }));
const question: fc.Arbitrary<readonly Part[]> = fc.array(fc.oneof(text, image), {
  minLength: 1,
  maxLength: 3,
});

/** An answer with calls of tools, and the turn with their results. */
const exchange = fc.record({
  said: fc.option(words),
  calls: fc.array(fc.record({ name: names, input: args, result: words }), { maxLength: 3 }),
  next: question,
});

/** Conversations that every protocol can express. */
export const dialogues: fc.Arbitrary<Dialogue> = fc
  .record({
    system: fc.option(words),
    first: question,
    exchanges: fc.array(exchange, { maxLength: 3 }),
    tools,
    choice: fc.constantFrom('auto', 'none', 'required', 'named'),
    schema: fc.boolean(),
    maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1)),
    stream: fc.boolean(),
  })
  .map(({ system, first, exchanges, choice, schema, tools: defined, temperature, ...rest }) => {
    const named = defined[0];
    // A tool and a schema at once is more than some protocols can ask for.
    const mode = named ? choice : 'auto';
    return {
      model: 'm',
      ...rest,
      system: system === null ? [] : [{ type: 'text', text: system }],
      turns: turnsOf(first, exchanges),
      tools: defined,
      toolChoice: mode === 'named' ? { mode, name: named?.name ?? '' } : { mode },
      parallelTools: true,
      output: schema ? SCHEMA : { type: 'text' },
      stop: [],
      sampling: {
        temperature,
        topP: null,
        topK: null,
        seed: null,
        presencePenalty: null,
        frequencyPenalty: null,
      },
      reasoning: null,
      verbosity: null,
      streamUsage: true,
      endUser: null,
      cacheKey: null,
      openaiOptions: {},
    };
  });

const SCHEMA: Dialogue['output'] = {
  type: 'schema',
  name: 'answer',
  description: null,
  schema: {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  },
  strict: true,
};

type Exchange = typeof exchange extends fc.Arbitrary<infer Value> ? Value : never;

function turnsOf(first: readonly Part[], exchanges: readonly Exchange[]): readonly Turn[] {
  const turns: Turn[] = [{ role: 'user', parts: first }];
  let id = 0;
  for (const { said, calls, next } of exchanges) {
    const called = calls.map(({ name, input, result }) => ({ id: `call_${id++}`, name, input, result }));
    const answer: readonly Part[] = [
      ...(said === null && calls.length > 0 ? [] : [{ type: 'text', text: said ?? 'Well.' } as const]),
      ...called.map(
        ({ id: callId, name, input }): Part => ({
          type: 'tool_call',
          id: callId,
          name,
          arguments: JSON.stringify(input),
        }),
      ),
    ];
    const results = called.map(
      ({ id: callId, result }): Part => ({
        type: 'tool_result',
        callId,
        parts: [{ type: 'text', text: result }],
        isError: false,
      }),
    );
    turns.push({ role: 'assistant', parts: answer }, { role: 'user', parts: [...results, ...next] });
  }
  return turns;
}
