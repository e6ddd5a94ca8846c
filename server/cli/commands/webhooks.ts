import { type Command, Option } from 'commander';
import {
  WEBHOOK_EVENTS,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookView,
} from '../../../shared/model/webhooks.ts';
import { daemon } from '../launch-daemon.ts';
import { EXIT, print, relativeTime, table } from '../output.ts';

interface AddOptions {
  readonly event?: readonly WebhookEvent[];
  readonly allowPrivate?: true;
}

/** `apikeyrouter webhooks ...` */
export function addWebhooksCommands(program: Command): void {
  const webhooks = program.command('webhooks').description('Have events sent to an address, signed');
  webhooks
    .command('add')
    .description('Send events to an address; the secret that signs them is shown once')
    .argument('<name>', 'to tell it from others')
    .argument('<url>', 'https, or http on this machine')
    .addOption(
      new Option('-e, --event <events...>', 'what to send (default: everything)').choices(WEBHOOK_EVENTS),
    )
    .option('--allow-private', 'it may lead into a private network')
    .action(async (name: string, url: string, { event, allowPrivate }: AddOptions) => {
      const answer = await (await daemon()).call<{ webhook: WebhookView; secret: string }>(
        'POST',
        'webhooks',
        {
          name,
          url,
          ...(event ? { events: event } : {}),
          ...(allowPrivate ? { allowPrivate } : {}),
        },
      );
      const lines = [
        `Secret (shown only now): ${answer.secret}`,
        `Try it out with "apikeyrouter webhooks test ${name}".`,
      ];
      print(answer, lines.join('\n'));
    });
  webhooks
    .command('list')
    .alias('ls')
    .description('List webhooks and how their last deliveries went')
    .action(list);
  webhooks
    .command('test')
    .description('Send a message now, and say how that went')
    .argument('<webhook>', 'id or name')
    .action(async (webhook: string) => {
      const client = await daemon();
      const delivery = await client.call<WebhookDelivery>('POST', `${pathOf(webhook)}/test`);
      print(delivery, delivery.error ?? `Delivered (${delivery.status}).`);
      if (delivery.outcome !== 'delivered') process.exitCode = EXIT.failed;
    });
  for (const [word, enabled, description] of [
    ['enable', true, 'Send events again'],
    ['disable', false, 'Send no events until it is enabled; what is pending is dropped'],
  ] as const) {
    webhooks
      .command(word)
      .description(description)
      .argument('<webhook>', 'id or name')
      .action(async (webhook: string) => {
        const view = await (await daemon()).call<WebhookView>('PATCH', pathOf(webhook), { enabled });
        print(view, `${view.name} is ${word}d.`);
      });
  }
  webhooks
    .command('remove')
    .alias('rm')
    .description('Remove a webhook and its secret')
    .argument('<webhook>', 'id or name')
    .action(async (webhook: string) => {
      const view = await (await daemon()).call<WebhookView>('DELETE', pathOf(webhook));
      print(view, `Removed ${view.name}.`);
    });
}

function pathOf(webhook: string): string {
  return `webhooks/${encodeURIComponent(webhook)}`;
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<{ webhooks: readonly WebhookView[] }>('GET', 'webhooks');
  if (answer.webhooks.length === 0) {
    print(answer, 'No webhooks yet. Add one with "apikeyrouter webhooks add NAME URL".');
    return;
  }
  const now = Date.now();
  const rows = answer.webhooks.map((webhook) => [
    webhook.name,
    webhook.url,
    webhook.events.length === WEBHOOK_EVENTS.length ? 'everything' : webhook.events.join(' '),
    webhook.enabled ? lastOf(webhook, now) : 'disabled',
    webhook.id,
  ]);
  print(answer, table([['NAME', 'URL', 'EVENTS', 'LAST DELIVERY', 'ID'], ...rows]));
}

function lastOf({ lastDelivery, failedInRow }: WebhookView, now: number): string {
  if (!lastDelivery) return 'none yet';
  const when = relativeTime(lastDelivery.at, now);
  if (lastDelivery.outcome === 'delivered') return `${lastDelivery.type} ${when}`;
  return `${failedInRow} failed in a row, ${when}: ${lastDelivery.error ?? lastDelivery.status}`;
}
