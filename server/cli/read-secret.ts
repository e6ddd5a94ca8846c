import { password } from '@inquirer/prompts';
import { RouterError } from '../core/router-error.ts';

/** A service account's JSON file is the longest. */
const MAX_SECRET = 8192;

/** A secret from a hidden prompt or, without a terminal, from standard input; never from the arguments. */
export async function readSecret(question: string): Promise<string> {
  if (process.stdin.isTTY) return askHidden(question);
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_SECRET) break;
  }
  const secret = text.trim();
  if (secret === '') {
    throw new RouterError(
      'invalid_request',
      'No key on standard input. Pipe it in, e.g. "apikeyrouter keys add openai < key.txt".',
    );
  }
  return secret;
}

async function askHidden(question: string): Promise<string> {
  try {
    return (await password({ message: question, mask: '•' })).trim();
  } catch (error) {
    throw new RouterError('invalid_request', 'Cancelled. Nothing was added.', { cause: error });
  }
}
