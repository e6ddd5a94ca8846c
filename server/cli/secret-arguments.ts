import type { Command } from 'commander';

/** How the secrets of providers and the router's own tokens begin. */
const SECRET = /(?:^|=)(?:sk-|gsk_|xai-|AIza|akr-|akm-)[\w-]{12,}/;

/**
 * Refuses a command line with a secret in it, before anything repeats it: arguments are kept in the shell's history
 * and shown to every user of the machine.
 */
export function refuseSecretArguments(program: Command, args: readonly string[]): void {
  if (!args.some((argument) => SECRET.test(argument))) return;
  program.error(
    'error: One of the arguments looks like a key. Keys are read from a prompt or standard input, never on the command line, where every user of this machine can see them. Pipe it in, e.g. "apikeyrouter keys add openai < key.txt", and better replace this one at its provider.',
  );
}
