import type { Command } from 'commander';
import type { RecordedBodies, RecordedBody } from '../../../shared/model/recorded-bodies.ts';
import { daemon } from '../launch-daemon.ts';
import { print } from '../output.ts';

/** `apikeyrouter bodies` */
export function addBodiesCommand(program: Command): void {
  program
    .command('bodies')
    .description('Show what a tool sent and was answered, where that is recorded')
    .argument('<request>', 'id from the list or from the X-Request-ID header')
    .action(async (id: string) => {
      const client = await daemon();
      const bodies = await client.call<RecordedBodies>('GET', `requests/${encodeURIComponent(id)}/body`);
      print(bodies, `${titled('Request', bodies.request)}\n\n${titled('Answer', bodies.answer)}`);
    });
}

function titled(title: string, { text, bytes, encoding, cut }: RecordedBody): string {
  const notes = [`${bytes} bytes`, ...(encoding === 'base64' ? ['base64'] : []), ...(cut ? ['cut'] : [])];
  return `${title} (${notes.join(', ')}):\n${text}`;
}
