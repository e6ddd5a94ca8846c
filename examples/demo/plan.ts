import {
  type Call,
  chat,
  chatStream,
  countTokens,
  embeddings,
  messages,
  messagesStream,
  responses,
  responsesStream,
} from './calls.ts';

/** What happens in the demo, in order: requests, and what the simulated world does to them. */
export type Step =
  | { readonly kind: 'request'; readonly call: Call }
  | { readonly kind: 'revoke'; readonly text: string };

const GPT = 'gpt-5.4';
const MINI = 'gpt-5.4-mini';
const SONNET = 'claude-sonnet-5';
const HAIKU = 'claude-haiku-4-5';

export const PLAN: readonly Step[] = [
  ...requests(
    chat(GPT, 'What does this file do?'),
    chatStream(GPT, 'Explain the signals.'),
    chat(GPT, 'Name the stages.'),
    chat(GPT, 'What is removed at the end?'),
    messagesStream(SONNET, 'Review this file.'),
    chatStream(GPT, 'Suggest a better name.'),
    chat(GPT, 'Write a test for it.'),
    chat(GPT, 'Is anything left open?'),
    chat(GPT, 'Is there a race?'),
    chat(GPT, 'Which errors are not handled?'),
    chatStream(GPT, 'Summarise it.'),
    chat(MINI, 'Give it a title.'),
    embeddings('text-embedding-3-small'),
    responsesStream('gpt-5.4-mini', 'Make it shorter.'),
    chat(MINI, 'Translate the comments.'),
    countTokens(SONNET, 'How long is this?'),
  ),
  { kind: 'revoke', text: 'The simulated provider now revokes the key of openai-c.' },
  ...requests(
    chat(GPT, 'Add a comment.'),
    chatStream(MINI, 'Find a typo.'),
    chat(MINI, 'Find another typo.'),
    messages(HAIKU, 'Give it a title.'),
    chat(GPT, 'Simplify the loop.'),
    chatStream('qwen3-coder', 'Complete this line.'),
    responses('gpt-5.4-mini', 'List the functions.'),
    chat(GPT, 'Inline the constant.'),
    chatStream(GPT, 'Split the function.'),
    messagesStream(SONNET, 'Check the types.'),
    embeddings('text-embedding-3-small'),
    chat(GPT, 'Rename the variable.'),
    chat('qwen3-coder', 'Complete the next line.'),
    responsesStream('gpt-5.4-mini', 'Write a commit message.'),
    messages(SONNET, 'Approve it?'),
    chatStream(MINI, 'Say goodbye.'),
  ),
];

function requests(...calls: readonly Call[]): readonly Step[] {
  return calls.map((call) => ({ kind: 'request', call }));
}
