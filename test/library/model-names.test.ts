import assert from 'node:assert/strict';
import { BudgetExceeded, NoEligibleKeys } from '../../server/library/errors.ts';
import type { PolicyConfiguration, RouteRequest, RouteResponse } from '../../server/library/api.ts';
import { Stage } from '../support/library-stage.ts';

const DEAR = 'gpt-5';
const SMALL = 'gpt-5-nano';

describe('names of models in a program', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = new Stage();
    await stage.key('dear', { models: [DEAR] });
    await stage.key('small', { models: [SMALL] });
  });

  const ask = (model: string, more: Partial<RouteRequest> = {}): Promise<RouteResponse> =>
    stage.router.route({ model, prompt: 'Hello', maxTokens: 200, ...more });
  const used = async (model: string, more: Partial<RouteRequest> = {}): Promise<string> =>
    (await ask(model, more)).metadata.modelUsed;
  const limited = (name: string): unknown =>
    stage.answers.set(`sk-simulated-${name}-0123456789`, () => ({ status: 429 }));
  const policy = (more: object): Promise<void> =>
    stage.router.configurePolicy({
      name: 'test',
      type: 'routing',
      scope: { global: true },
      ...more,
    } as PolicyConfiguration);

  it('are asked for like models; the trace says what was asked and what was used', async () => {
    const { models } = stage.router;
    await models.alias('smart', DEAR);
    await models.alias('work', 'smart');
    const { metadata } = await ask('work');
    assert.equal(metadata.modelUsed, DEAR);
    const trace = await stage.router.getRequestTrace(metadata.requestId);
    assert.equal(trace?.model, 'work');
    assert.equal(trace.decisions[0]?.model, DEAR);
    assert.deepEqual(trace.edits, ['model work sent as gpt-5']);
    assert.equal(stage.upstream.bills.at(-1)?.request.body['model'], DEAR);
    await models.alias('smart', SMALL);
    assert.equal(await used('work'), SMALL);
    await models.remove('smart');
    await assert.rejects(ask('smart'), NoEligibleKeys);
    await assert.rejects(models.remove('smart'), { code: 'not_found' });
    await assert.rejects(models.remove('auto'), { code: 'conflict' });
    await assert.rejects(models.alias('work', 'work'), /work -> work/);
    await assert.rejects(models.alias('__proto__', DEAR), { code: 'invalid_request' });
  });

  it('outlive a restart', async () => {
    await stage.router.models.group('both', [DEAR, SMALL], { choose: 'best', objective: 'cost' });
    const names = await stage.reopen().models.names();
    assert.deepEqual(names[0], {
      name: 'both',
      targets: [DEAR, SMALL],
      choose: 'best',
      objective: { primary: 'cost' },
      builtIn: false,
      served: [DEAR, SMALL],
    });
    assert.deepEqual(
      names.slice(1).map(({ name, builtIn }) => [name, builtIn]),
      [
        ['auto', true],
        ['cheap', true],
        ['fast', true],
      ],
    );
  });

  it('in order: the next model when no key of the first can answer', async () => {
    await stage.router.models.group('ordered', [DEAR, SMALL]);
    assert.equal(await used('ordered'), DEAR);
    limited('dear');
    const { metadata } = await ask('ordered');
    assert.equal(metadata.modelUsed, SMALL);
    const trace = await stage.router.getRequestTrace(metadata.requestId);
    assert.deepEqual(
      trace?.decisions.map(({ model }) => model),
      [DEAR, SMALL],
    );
  });

  it('at once: the keys of all models in one decision, by the objective of the request before that of the name', async () => {
    await stage.router.models.group('best', [DEAR, SMALL], { choose: 'best', objective: 'cost' });
    const { metadata } = await ask('best');
    assert.equal(metadata.modelUsed, SMALL);
    const trace = await stage.router.getRequestTrace(metadata.requestId);
    const [decision] = trace?.decisions ?? [];
    assert.equal(trace?.decisions.length, 1);
    assert.equal(decision?.model, 'best');
    assert.deepEqual(decision.objective, { primary: 'cost' });
    assert.deepEqual(
      decision.candidates.map(({ model }) => model),
      [SMALL, DEAR],
    );
    assert.match(metadata.routingExplanation, /^small serves best with gpt-5-nano by the objective cost/);
    assert.match(await stage.router.explain(metadata.requestId), /Next was dear/);
    await stage.key('good', { models: [DEAR], quality: 1 });
    assert.equal(await used('best', { objective: 'quality' }), DEAR);
    limited('small');
    assert.equal(await used('best'), DEAR, 'the other model is the next candidate');
  });

  it('that are built in choose among what keys serve', async () => {
    assert.equal(await used('cheap'), SMALL);
    assert.equal(await used('auto'), DEAR);
    const estimate = await stage.router.estimateRequestCost({ model: 'cheap', prompt: 'Hi', maxTokens: 9 });
    assert.equal(estimate.model, SMALL);
    await stage.router.models.alias('cheap', DEAR);
    assert.equal(await used('cheap'), DEAR);
    await stage.router.models.remove('cheap');
    assert.equal(await used('cheap'), SMALL);
  });

  it('are priced and calibrated as the models that they stand for', async () => {
    await stage.router.models.alias('smart', DEAR);
    const [asAlias, asModel] = [await ask('smart'), await ask(DEAR)];
    assert.equal(asAlias.metadata.costActual, asModel.metadata.costActual);
    assert.ok(asAlias.metadata.costActual > 0);
  });

  it('do not loosen policies for their models, nor tighten them for others', async () => {
    await stage.router.models.group('both', [DEAR, SMALL], { choose: 'best', objective: 'quality' });
    await stage.router.models.alias('smart', DEAR);
    const deny = [{ action: 'deny_keys', keys: ['dear'] }];
    await policy({ type: 'key_selection', scope: { model: DEAR }, rules: deny });
    await assert.rejects(ask('smart'), { code: 'policy_forbids' });
    for (let turn = 0; turn < 3; turn++) assert.equal(await used('both'), SMALL);
    const elsewhere = [{ action: 'deny_keys', keys: ['small'] }];
    await policy({ type: 'key_selection', scope: { model: DEAR }, rules: elsewhere });
    const { metadata } = await ask('both');
    const trace = await stage.router.getRequestTrace(metadata.requestId);
    assert.equal(trace?.decisions[0]?.candidates.length, 2, 'the rule is about the other model');
    await policy({ type: 'key_selection', scope: { model: 'both' }, rules: elsewhere });
    assert.equal(await used('both'), DEAR);
    assert.equal(await used(SMALL), SMALL);
  });

  it('let policies about the name, or about its model, name fallbacks and cheaper models, by names too', async () => {
    await stage.router.models.alias('smart', DEAR);
    await stage.router.models.alias('backup', SMALL);
    const fallback = [{ action: 'fallback_models', models: ['backup'] }];
    limited('dear');
    for (const model of ['smart', DEAR]) {
      await policy({ type: 'failure_handling', scope: { model }, rules: fallback });
      assert.equal(await used('smart'), SMALL);
      // Lets the first model be tried again.
      stage.clock.advance(3_600_000);
    }
    const cheaper = [{ action: 'use_cheaper_model', model: 'backup' }];
    await policy({ type: 'cost', scope: { model: 'smart' }, rules: cheaper });
    const before = stage.sentTo('dear');
    assert.equal(await used('smart'), SMALL);
    assert.equal(stage.sentTo('dear'), before);
  });

  it('count on the budgets of their model, of the name, and of no other', async () => {
    await stage.router.models.alias('smart', DEAR);
    const limits = { limit: 0.000_001, timeWindow: 'day' } as const;
    for (const model of [DEAR, 'smart', 'sm*']) {
      const id = await stage.router.configureBudget({ name: model, scope: { model }, ...limits });
      await assert.rejects(ask('smart'), BudgetExceeded, model);
      if (model !== DEAR) assert.equal(await used(DEAR), DEAR);
      await stage.router.removeBudget(id);
    }
    await stage.router.configureBudget({
      name: 'downgrade',
      scope: { model: 'smart' },
      onInsufficient: 'downgrade_model',
      downgradeTo: 'cheap',
      ...limits,
    });
    assert.equal(await used('smart'), SMALL, 'what it is downgraded to counts by its own name');
  });

  it('are listed with the models, their smallest context and dearest price', async () => {
    await stage.router.models.group('both', [`openai/${DEAR}`, SMALL]);
    const models = await stage.router.models.list();
    const find = (id: string) => models.find((model) => model.id === id);
    assert.deepEqual(find(SMALL)?.price, { input: 0.05, output: 0.4 });
    assert.deepEqual(find('both'), {
      ...find(DEAR),
      id: 'both',
      owner: 'apikeyrouter',
      standsFor: [`openai/${DEAR}`, SMALL],
    });
    await stage.router.models.alias('nothing', 'unheard-of');
    assert.equal(
      (await stage.router.models.list()).find(({ id }) => id === 'nothing'),
      undefined,
    );
  });
});
