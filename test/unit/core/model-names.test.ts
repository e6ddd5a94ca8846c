import assert from 'node:assert/strict';
import { GenaiPriceBook } from '../../../server/adapters/prices/genai-price-book.ts';
import { KeyPool } from '../../../server/core/key/key-pool.ts';
import { BUILT_IN_NAMES } from '../../../server/core/model-names/built-in-names.ts';
import { resolveFor } from '../../../server/core/model-names/caller-names.ts';
import { ModelNames } from '../../../server/core/model-names/model-names.ts';
import { anthropicAdapter } from '../../../server/providers/anthropic.ts';
import { openaiAdapter, openaiCompatibleAdapter } from '../../../server/providers/openai.ts';
import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { key, provider } from '../../contract/store-samples.ts';

const OPENAI_MODELS = ['gpt-5', 'gpt-5-mini', 'gpt-4o'];
const ANTHROPIC_MODELS = ['claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001'];

function record(
  name: string,
  targets: readonly string[],
  more: Partial<ModelNameRecord> = {},
): ModelNameRecord {
  return { name, targets, choose: 'in_order', objective: null, createdAt: 1, ...more };
}

describe('the names that stand for models', () => {
  let pool: KeyPool;
  let names: ModelNames;

  beforeEach(() => {
    pool = new KeyPool({
      openai: openaiAdapter,
      anthropic: anthropicAdapter,
      'openai-compatible': openaiCompatibleAdapter,
    });
    pool.setProvider(provider('openai'));
    pool.setProvider({ ...provider('anthropic'), kind: 'anthropic' });
    pool.setProvider({ ...provider('local'), kind: 'openai-compatible' });
    pool.set(key('o', { models: OPENAI_MODELS }));
    pool.set(key('a', { providerId: 'anthropic', models: ANTHROPIC_MODELS }));
    names = new ModelNames(pool);
  });

  /** Stages as text: `one | other` for candidates of one decision. */
  const stages = (name: string): readonly string[] =>
    names
      .resolve(name)
      .stages.map(({ targets }) =>
        targets
          .map(({ model, pinnedProvider }) =>
            pinnedProvider === null ? model : `${pinnedProvider}:${model}`,
          )
          .join(' | '),
      );

  it('leave models as they are, with the provider that their prefix pins', () => {
    assert.deepEqual(stages('gpt-5'), ['gpt-5']);
    assert.deepEqual(stages('openai/gpt-5'), ['openai:gpt-5']);
    assert.equal(names.resolve('openai/gpt-5').model, 'gpt-5');
    assert.deepEqual(stages('nobody/gpt-5'), ['nobody/gpt-5']);
    pool.set(key('r', { providerId: 'local', models: ['openai/gpt-5'] }));
    assert.deepEqual(stages('openai/gpt-5'), ['openai/gpt-5']);
  });

  it('are the same object until keys or names change', () => {
    const before = names.resolve('gpt-5');
    assert.equal(names.resolve('gpt-5'), before);
    pool.set(key('o', { models: ['gpt-5'] }));
    assert.notEqual(names.resolve('gpt-5'), before);
  });

  it('stand for one model, several in order, or several at once', () => {
    names.load([
      record('smart', ['gpt-5']),
      record('safe', ['smart', 'anthropic/claude-sonnet-4-5', 'gpt-5']),
      record('any', ['gpt-4o', 'safe'], { choose: 'best', objective: { primary: 'cost' } }),
    ]);
    assert.deepEqual(stages('smart'), ['gpt-5']);
    assert.deepEqual(stages('safe'), ['gpt-5', 'anthropic:claude-sonnet-4-5']);
    assert.deepEqual(stages('any'), ['gpt-4o | gpt-5 | anthropic:claude-sonnet-4-5']);
    const any = names.resolve('any');
    assert.deepEqual(any.objective, { primary: 'cost' });
    assert.deepEqual(any.standsFor, ['gpt-4o', 'safe', 'smart', 'gpt-5', 'claude-sonnet-4-5']);
    assert.deepEqual(any.stages[0]?.targets[1]?.via, ['any', 'safe', 'smart']);
  });

  it('come before a model that a key lists, and before a prefix', () => {
    names.load([record('gpt-4o', ['openai/gpt-4o', 'gpt-5']), record('openai/gpt-5', ['gpt-5-mini'])]);
    assert.deepEqual(stages('gpt-4o'), ['openai:gpt-4o', 'gpt-5']);
    assert.deepEqual(stages('openai/gpt-5'), ['gpt-5-mini']);
  });

  it('may not lead back to themselves, nor through too many others', () => {
    names.load([record('a', ['b']), record('b', ['c', 'gpt-5'])]);
    const circle = names.faultWith(record('c', ['gpt-5', 'a']));
    assert.match(circle ?? '', /"c" would lead back to itself: c -> a -> b -> c\./);
    assert.match(names.faultWith(record('d', ['d'])) ?? '', /d -> d\. .*openai\/gpt-5/);
    assert.equal(names.faultWith(record('c', ['gpt-5'])), null);
    names.load(Array.from({ length: 7 }, (_, at) => record(`n${at}`, [`n${at + 1}`])));
    assert.equal(names.faultWith(record('n7', ['gpt-5'])), null);
    names.load([record('n8', ['gpt-5'])]);
    assert.match(names.faultWith(record('n7', ['n8'])) ?? '', /"n0" goes through more than 8 other names/);
  });

  it('end where a stored circle closes, and do not multiply where groups share groups', () => {
    names.load([record('x', ['y', 'gpt-5']), record('y', ['x'])]);
    assert.deepEqual(stages('x'), ['gpt-5']);
    assert.deepEqual(stages('y'), ['gpt-5']);
    names.load([record('only', ['only'])]);
    assert.deepEqual(stages('only'), []);
    const width = Array.from({ length: 32 }, (_, at) => at);
    for (let level = 0; level < 8; level++) {
      names.load(
        width.map((at) =>
          record(
            `l${level}-${at}`,
            width.map((next) => `l${level + 1}-${next}`),
          ),
        ),
      );
    }
    assert.equal(stages('l0-0').length, 32);
    assert.equal(
      names.faultWith(record('top', ['l0-0'])),
      '"top" goes through more than 8 other names. Name the models directly.',
    );
  });

  it('take hostile names for names of models', () => {
    const long = 'x'.repeat(10_000);
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      '/',
      '//',
      '/gpt-5',
      'openai/',
      '',
      '*',
      long,
    ]) {
      const { model, pinnedProvider } = names.resolve(name);
      assert.deepEqual([model, pinnedProvider], name === 'openai/' ? ['', 'openai'] : [name, null]);
      assert.equal(names.group(name), null);
    }
  });

  it('are built in for the newest models that usable keys serve', () => {
    assert.deepEqual(stages('auto'), ['claude-sonnet-4-5 | gpt-5']);
    assert.deepEqual(stages('cheap'), ['claude-haiku-4-5']);
    assert.deepEqual(stages('fast'), ['claude-haiku-4-5 | gpt-5-mini']);
    assert.deepEqual(names.resolve('fast').objective, { primary: 'speed', secondary: 'reliability' });
    pool.set(key('a', { providerId: 'anthropic', models: ANTHROPIC_MODELS, enabled: false }));
    assert.deepEqual(stages('auto'), ['gpt-5']);
    pool.remove('o');
    assert.match(stages('auto')[0] ?? '', /^claude-sonnet-5 \| gpt-6/);
  });

  it('that are built in give way to a model that a key lists, and to those that people set', () => {
    pool.set(key('r', { providerId: 'local', models: ['auto'] }));
    assert.deepEqual(stages('auto'), ['auto']);
    assert.ok(!names.all().includes('auto'));
    names.load([record('auto', ['gpt-4o']), record('gpt-5', ['cheap'])]);
    assert.deepEqual(stages('auto'), ['gpt-4o']);
    // What a built-in name stands for are models, so that no name of people's can close a circle through it.
    assert.deepEqual(stages('gpt-5'), ['claude-haiku-4-5']);
    assert.deepEqual(names.all(), ['auto', 'gpt-5', 'cheap', 'fast']);
  });

  it('that are built in stand for models that the price book knows', () => {
    const book = new GenaiPriceBook(new ManualClock());
    const billers = [
      ['openai', ''],
      ['anthropic', ''],
      ['google', ''],
      ...['x.ai', 'deepseek.com', 'mistral.ai', 'groq.com'].map((host) => [
        'openai-compatible',
        `https://api.${host}`,
      ]),
    ] as const;
    const models = BUILT_IN_NAMES.flatMap(({ lines }) => lines.flat());
    const unknown = models.filter(
      (model) => !billers.some(([kind, url]) => book.find(kind ?? '', url ?? '', model)),
    );
    assert.deepEqual(unknown, []);
  });
});

describe('what a virtual key says of models', () => {
  const pool = new KeyPool({ openai: openaiAdapter, anthropic: anthropicAdapter });
  pool.setProvider(provider('openai'));
  pool.setProvider({ ...provider('anthropic'), kind: 'anthropic' });
  pool.set(key('o', { models: OPENAI_MODELS }));
  const names = new ModelNames(pool);
  names.load([record('smart', ['gpt-5', 'claude-sonnet-4-5']), record('work', ['smart'])]);

  const allowed = (allowModels: readonly string[], name: string, pinned: string | null = null): boolean =>
    resolveFor(names, { allowModels }, name, pinned) !== null;

  it('allows names by pattern, and with a name of models what it stands for', () => {
    assert.ok(allowed(['gpt-5*', 'smart'], 'gpt-5-mini'));
    assert.ok(allowed(['gpt-5*', 'smart'], 'smart'));
    assert.ok(!allowed(['gpt-5*', 'smart'], 'claude-sonnet-4-5'));
    assert.ok(!allowed(['gpt-5*', 'smart'], 'work'));
    assert.ok(!allowed([], 'gpt-5'));
    assert.ok(resolveFor(names, {}, 'anything', null));
  });

  it('lets no prefix escape from the list', () => {
    assert.ok(allowed(['gpt-5'], 'openai/gpt-5'));
    assert.ok(!allowed(['gpt-5'], 'openai/gpt-4o'));
    assert.ok(!allowed(['openai*'], 'openai/gpt-4o'), 'a pattern without a slash is about models');
    assert.ok(allowed(['openai/*'], 'openai/gpt-4o'));
    assert.ok(!allowed(['openai/*'], 'gpt-4o'), 'that could go elsewhere');
    assert.ok(allowed(['openai/*'], 'gpt-4o', 'openai'), 'pinned by header');
    assert.ok(!allowed(['openai/*'], 'gpt-4o', 'anthropic'));
    assert.ok(!allowed(['openai/*'], 'anthropic/gpt-4o', 'openai'));
    assert.ok(!allowed(['smart'], 'openai/smart/../gpt-4o'));
  });

  it('fills slots: the exact name first, else the longest pattern', () => {
    const models = {
      '*': 'gpt-4o',
      'claude-*': 'openai/gpt-5-mini',
      'claude-opus-*': 'smart',
      'claude-opus-4-1': 'gpt-5',
    };
    const use = (name: string): readonly string[] | undefined =>
      resolveFor(names, { models, allowModels: [] }, name, null)?.stages.flatMap(({ targets }) =>
        targets.map(({ model }) => model),
      );
    assert.deepEqual(use('claude-opus-4-1'), ['gpt-5']);
    assert.deepEqual(use('claude-opus-4-5'), ['gpt-5', 'claude-sonnet-4-5']);
    assert.deepEqual(use('claude-haiku-4-5'), ['gpt-5-mini']);
    assert.deepEqual(use('__proto__'), ['gpt-4o']);
    const resolution = resolveFor(names, { models }, 'claude-haiku-4-5', null);
    assert.equal(resolution?.pinnedProvider, null, 'fallbacks are free');
    assert.equal(resolution?.model, 'claude-haiku-4-5');
    assert.deepEqual(resolution?.standsFor, ['openai/gpt-5-mini', 'gpt-5-mini']);
    assert.deepEqual(resolution?.stages[0]?.targets, [
      { model: 'gpt-5-mini', pinnedProvider: 'openai', via: ['claude-haiku-4-5'] },
    ]);
  });
});
