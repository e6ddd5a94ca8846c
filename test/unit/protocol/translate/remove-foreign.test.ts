import assert from 'node:assert/strict';
import { signatureName, signedReasoning } from '../../../../server/protocol/signed-reasoning.ts';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { removeForeign } from '../../../../server/protocol/translate/remove-foreign.ts';
import { openSignature, sealSignature } from '../../../../server/protocol/translate/signature-seal.ts';

const SIGNATURE = { origin: 'gemini-generate', value: 'c2ln+/=', redacted: false } as const;
const NAME = signatureName(SIGNATURE.value);
const sealed = sealSignature(SIGNATURE, 'anthropic-messages');

function remove(
  protocol: DialogueProtocol,
  body: object,
  foreign: readonly string[] = [],
): { body: unknown; warnings: readonly string[] } | null {
  const found = removeForeign(protocol, new TextEncoder().encode(JSON.stringify(body)), new Set(foreign));
  return found && { body: JSON.parse(new TextDecoder().decode(found.body)), warnings: found.warnings };
}

describe('a sealed signature', () => {
  it('opens to what it was', () => assert.deepEqual(openSignature(sealed, 'anthropic-messages'), SIGNATURE));

  it('is not needed where the caller speaks its protocol', () => {
    assert.equal(sealSignature(SIGNATURE, 'gemini-generate'), SIGNATURE.value);
    assert.deepEqual(openSignature(SIGNATURE.value, 'gemini-generate'), SIGNATURE);
  });

  it('is none where it is not what it seems', () => {
    assert.equal(openSignature(`${sealed.slice(0, 8)}%%%`, 'anthropic-messages'), null);
    assert.equal(openSignature('', 'anthropic-messages'), null);
  });
});

describe('a conversation that others have answered in between', () => {
  it('is known by the facts of the request', () => {
    const signed = (signature: string): unknown =>
      signedReasoning('anthropic-messages', {
        messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature }] }],
      });
    assert.deepEqual(signed('EqQB'), { bound: [], needed: [], sealed: false });
    assert.deepEqual(signed(sealed), { bound: [NAME], needed: [], sealed: true });
  });

  it("goes to Anthropic without the others' thinking, and does not think in the middle of a turn", () => {
    const own = { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' };
    const other = { type: 'thinking', thinking: 'Aha.', signature: sealed };
    const call = { type: 'tool_use', id: 'a', name: 'f', input: {} };
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'done' }] };
    const first = { role: 'assistant', content: [own, call] };
    const body = { model: 'claude-sonnet-4-5', thinking: { type: 'enabled', budget_tokens: 2000 } };
    const found = remove('anthropic-messages', {
      ...body,
      messages: [
        { role: 'user', content: 'Hi' },
        first,
        result,
        { role: 'assistant', content: [other, call] },
        result,
      ],
    });
    assert.deepEqual(found?.body, {
      model: body.model,
      messages: [
        { role: 'user', content: 'Hi' },
        first,
        result,
        { role: 'assistant', content: [call] },
        result,
      ],
    });
    assert.equal(found?.warnings.length, 2);
  });

  it('goes to OpenAI without them', () => {
    const item = { type: 'reasoning', summary: [], encrypted_content: sealed };
    const found = remove('openai-responses', { input: [item, { role: 'user', content: 'Hi' }] });
    assert.deepEqual(found?.body, { input: [{ role: 'user', content: 'Hi' }] });
  });

  it('goes to Gemini with calls that say that they are not its own', () => {
    const functionCall = { name: 'f', args: {} };
    const parts = [
      { text: 'a', thoughtSignature: sealed },
      { functionCall, thoughtSignature: sealed },
    ];
    const found = remove('gemini-generate', { contents: [{ role: 'model', parts }] });
    assert.deepEqual(found?.body, {
      contents: [
        {
          role: 'model',
          parts: [{ text: 'a' }, { functionCall, thoughtSignature: 'skip_thought_signature_validator' }],
        },
      ],
    });
  });

  it('goes to OpenAI without what another account has encrypted, and without ids that only that one knows', () => {
    const item = (value: string): object => ({ type: 'reasoning', id: 'rs_1', encrypted_content: value });
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
    const found = remove(
      'openai-responses',
      { input: [item('own'), item('other'), { ...call, id: 'fc_1' }] },
      [signatureName('other')],
    );
    assert.deepEqual(found, {
      body: { input: [item('own'), call] },
      warnings: ['reasoning that only another account can read was left out'],
    });
  });

  it('goes to Gemini without the thoughts of another account', () => {
    const functionCall = { name: 'f', args: {} };
    const content = (thoughtSignature: string): object => ({
      contents: [{ role: 'model', parts: [{ functionCall, thoughtSignature }] }],
    });
    const found = remove('gemini-generate', content('other'), [signatureName('other')]);
    assert.deepEqual(found?.body, content('skip_thought_signature_validator'));
  });
});
