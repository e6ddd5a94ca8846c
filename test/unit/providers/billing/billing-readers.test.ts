import assert from 'node:assert/strict';
import { anthropicAdapter } from '../../../../server/providers/anthropic.ts';
import { azureAdapter } from '../../../../server/providers/azure.ts';
import { anthropicCosts } from '../../../../server/providers/billing/anthropic-costs.ts';
import { openaiCosts } from '../../../../server/providers/billing/openai-costs.ts';
import { openrouterActivity } from '../../../../server/providers/billing/openrouter-activity.ts';
import { openaiAdapter, openaiCompatibleAdapter } from '../../../../server/providers/openai.ts';
import { PRESETS } from '../../../../server/providers/presets.ts';

const at = (text: string): number => Date.parse(text);
const NOVEMBER = { since: at('2024-11-01'), until: at('2024-11-03') };

/** As documented (https://platform.openai.com/docs/api-reference/usage/costs), with a project. */
const OPENAI = {
  object: 'page',
  data: [
    {
      object: 'bucket',
      start_time: 1730419200,
      end_time: 1730505600,
      results: [
        {
          object: 'organization.costs.result',
          amount: { value: 0.06, currency: 'usd' },
          line_item: null,
          project_id: 'proj_abc',
        },
      ],
    },
  ],
  has_more: false,
  next_page: null,
};

/** As documented (https://platform.claude.com/docs/en/api/admin/cost_report/retrieve). */
const ANTHROPIC = {
  data: [
    {
      ending_at: '2025-08-02T00:00:00Z',
      results: [
        {
          amount: '123.78912',
          context_window: '0-200k',
          cost_type: 'tokens',
          currency: 'USD',
          description: 'Claude Sonnet 4 Usage - Input Tokens',
          model: 'claude-sonnet-4-20250514',
          service_tier: 'standard',
          token_type: 'uncached_input_tokens',
          workspace_id: 'wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ',
        },
        { amount: '0.5', currency: 'USD', workspace_id: null },
      ],
      starting_at: '2025-08-01T00:00:00Z',
    },
  ],
  has_more: true,
  next_page: '2019-12-27T18:11:19.117Z',
};

/** As documented (https://openrouter.ai/docs/api/api-reference/analytics/get-user-activity). */
const OPENROUTER = {
  data: [
    {
      date: '2025-08-24',
      model: 'openai/gpt-4.1',
      model_permaslug: 'openai/gpt-4.1-2025-04-14',
      endpoint_id: '550e8400-e29b-41d4-a716-446655440000',
      provider_name: 'OpenAI',
      usage: 0.015,
      byok_usage_inference: 0.012,
      requests: 5,
      prompt_tokens: 50,
      completion_tokens: 125,
      reasoning_tokens: 25,
    },
  ],
};

describe("OpenAI's costs", () => {
  it('are asked for by day and project', () => {
    assert.equal(
      openaiCosts.path(NOVEMBER, null),
      '/v1/organization/costs?start_time=1730419200&end_time=1730592000&bucket_width=1d&limit=180&group_by=project_id',
    );
    assert.match(openaiCosts.path(NOVEMBER, 'a b'), /&page=a\+b$/);
  });

  it('are read as documented', () => {
    const amounts = [{ day: at('2024-11-01'), scope: 'proj_abc', nano: 60_000_000 }];
    assert.deepEqual(openaiCosts.read(OPENAI), { amounts, next: null });
    assert.deepEqual(openaiCosts.read({ ...OPENAI, has_more: true, next_page: 'page_2' })?.next, 'page_2');
  });

  it('name the project of an account', () => {
    assert.equal(openaiCosts.scopeOf?.('org-1/proj_abc'), 'proj_abc');
    assert.equal(openaiCosts.scopeOf?.('org-1'), null);
  });

  it('are none where anything of them can not be read', () => {
    const [bucket] = OPENAI.data;
    const [result] = bucket?.results ?? [];
    const withResult = (change: object): unknown => ({
      ...OPENAI,
      data: [{ ...bucket, results: [{ ...result, ...change }] }],
    });
    assert.ok(openaiCosts.read(withResult({})));
    for (const amount of [null, {}, { value: 'much', currency: 'usd' }, { value: 1, currency: 'eur' }]) {
      assert.equal(openaiCosts.read(withResult({ amount })), null, JSON.stringify(amount));
    }
    for (const json of [null, [], {}, { data: [null] }, { data: [{}] }, { ...OPENAI, has_more: true }]) {
      assert.equal(openaiCosts.read(json), null, JSON.stringify(json));
    }
  });
});

describe("Anthropic's cost report", () => {
  it('is asked for by day and workspace', () => {
    assert.equal(
      anthropicCosts.path(NOVEMBER, null),
      '/v1/organizations/cost_report?starting_at=2024-11-01T00%3A00%3A00.000Z&ending_at=2024-11-03T00%3A00%3A00.000Z&bucket_width=1d&limit=31&group_by%5B%5D=workspace_id',
    );
  });

  it('is read as documented: decimal texts in cents, the default workspace without an id', () => {
    assert.deepEqual(anthropicCosts.read(ANTHROPIC), {
      amounts: [
        { day: at('2025-08-01'), scope: 'wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ', nano: 1_237_891_200 },
        { day: at('2025-08-01'), scope: 'default', nano: 5_000_000 },
      ],
      next: '2019-12-27T18:11:19.117Z',
    });
  });

  it('is none where anything of it can not be read', () => {
    const [bucket] = ANTHROPIC.data;
    for (const results of [null, [null], [{ amount: '1' }], [{ amount: '1,5', currency: 'USD' }]]) {
      assert.equal(anthropicCosts.read({ ...ANTHROPIC, data: [{ ...bucket, results }] }), null);
    }
    assert.equal(anthropicCosts.read({ ...ANTHROPIC, data: [{ ...bucket, starting_at: 'soon' }] }), null);
  });
});

describe("OpenRouter's activity", () => {
  it('is read as documented, and with the times that it sends', () => {
    const amounts = [{ day: at('2025-08-24'), scope: null, nano: 15_000_000 }];
    assert.deepEqual(openrouterActivity.read(OPENROUTER), { amounts, next: null });
    const [item] = OPENROUTER.data;
    assert.deepEqual(openrouterActivity.read({ data: [{ ...item, date: '2025-08-24 00:00:00' }] }), {
      amounts,
      next: null,
    });
  });

  it('is none where anything of it can not be read', () => {
    for (const data of [null, [null], [{ date: 'today', usage: 1 }], [{ date: '2025-08-24' }]]) {
      assert.equal(openrouterActivity.read({ data }), null);
    }
  });

  it('belongs to the provider of that name, and to no other that speaks as OpenAI does', () => {
    const readers = PRESETS.filter(({ kind }) => kind === 'openai-compatible')
      .map((preset) => [preset.id, openaiCompatibleAdapter.billing?.({ ...preset, createdAt: 0 })] as const)
      .filter(([, reader]) => reader);
    assert.deepEqual(readers, [['openrouter', openrouterActivity]]);
    const azure = { id: 'azure', kind: 'azure', name: 'Azure', baseUrl: 'https://a.example', createdAt: 0 };
    assert.equal(azureAdapter.billing?.(azure), null);
  });
});

describe('an admin key', () => {
  it('is no key for requests, and the refusal says what it is for', () => {
    const random = 'Ab0_'.repeat(24);
    for (const refusal of [
      openaiAdapter.refuseSecret(`sk-admin-${random}`),
      anthropicAdapter.refuseSecret(`sk-ant-admin01-${random}`),
    ]) {
      assert.equal(refusal?.code, 'billing_key');
      assert.match(refusal.message, /keys add (?:openai|anthropic) --billing/);
    }
  });
});
