import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { providerBody } from '../../../server/core/admin/input-schemas.ts';
import { openaiCompatibleAdapter as compatible } from '../../../server/providers/openai.ts';
import { PRESETS } from '../../../server/providers/presets.ts';
import { fillAddress, isTemplate } from '../../../shared/model/presets.ts';
import { providerRequest } from '../../support/provider-request.ts';

describe('the catalogue of providers', () => {
  for (const preset of PRESETS) {
    const { id, kind, name, baseUrl, docsUrl, keysUrl, address = [], settings } = preset;
    it(`has all that is needed of ${name}`, () => {
      const answers = Object.fromEntries(address.map((part) => [part.name, part.example]));
      const url = new URL(fillAddress(baseUrl, answers));
      const local = settings?.key === 'none';
      assert.equal(url.protocol, local ? 'http:' : 'https:');
      assert.equal(url.hostname === 'localhost', local);
      assert.equal(isTemplate(url.href), false);
      assert.equal(isTemplate(baseUrl), address.length > 0);
      assert.equal(new URL(docsUrl).protocol, 'https:');
      assert.equal(keysUrl === undefined, local);
      // What is data here could be said by a person too.
      providerBody.parse({ id, kind, name, baseUrl: url.href, ...(settings && { settings }) });
    });
  }

  it('is what the documentation shows', () => {
    const text = readFileSync(path.join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
    for (const { id, name, docsUrl, models, keysUrl } of PRESETS) {
      const key = keysUrl === undefined ? 'needs none' : `[keys](${keysUrl})`;
      assert.ok(text.includes(`| \`${id}\` | [${name}](${docsUrl}) | ${models} | ${key} |`), id);
    }
  });

  it('has each id once', () => {
    assert.equal(new Set(PRESETS.map(({ id }) => id)).size, PRESETS.length);
  });

  for (const [id, url] of [
    ['openrouter', 'https://openrouter.ai/api/v1/chat/completions'],
    ['groq', 'https://api.groq.com/openai/v1/chat/completions'],
    ['mistral', 'https://api.mistral.ai/v1/chat/completions'],
    ['perplexity', 'https://api.perplexity.ai/chat/completions'],
    ['zai', 'https://api.z.ai/api/paas/v4/chat/completions'],
    ['qwen', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1/chat/completions'],
    ['ollama', 'http://localhost:11434/v1/chat/completions'],
  ] as const) {
    it(`sends chats of ${id} where its documentation says`, () => {
      const preset = PRESETS.find((entry) => entry.id === id);
      assert.ok(preset);
      const { baseUrl, settings } = preset;
      assert.equal(
        baseUrl + compatible.path(providerRequest({ baseUrl, ...(settings && { settings }) })),
        url,
      );
    });
  }

  it('fills in what was answered, and leaves out the region of global hosts', () => {
    const template = 'https://{region}-aiplatform.googleapis.com/v1/projects/{project}/locations/{region}';
    assert.equal(
      fillAddress(template, { region: 'us-east5', project: 'p' }),
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5',
    );
    assert.equal(
      fillAddress(template, { region: 'global', project: 'p' }),
      'https://aiplatform.googleapis.com/v1/projects/p/locations/global',
    );
    assert.ok(isTemplate(fillAddress(template, { region: 'us-east5' })));
  });
});
