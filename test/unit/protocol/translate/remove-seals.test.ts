import assert from 'node:assert/strict';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { removeSeals } from '../../../../server/protocol/translate/remove-seals.ts';
import { openSignature, sealSignature } from '../../../../server/protocol/translate/signature-seal.ts';

const SIGNATURE = { origin: 'gemini-generate', value: 'c2ln+/=', redacted: false } as const;
const sealed = sealSignature(SIGNATURE, 'anthropic-messages');

function remove(
  protocol: DialogueProtocol,
  body: object,
): { body: unknown; warnings: readonly string[] } | null {
  const found = removeSeals(protocol, new TextEncoder().encode(JSON.stringify(body)));
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
  it('passes as it is where nobody else did', () => {
    const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' };
    assert.equal(
      remove('anthropic-messages', { messages: [{ role: 'assistant', content: [thinking] }] }),
      null,
    );
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
});
