import { z } from 'zod';
import type { WebhookAdmin } from '../../../core/admin/webhook-admin.ts';
import { patchWebhookBody, webhookBody } from '../../../core/admin/webhook-input-schemas.ts';
import { param, type Route, route } from '../route.ts';
import { webhook, webhookDelivery } from '../schemas/webhook-answers.ts';

/** Where events are sent to. Their addresses may hold what others must not know, so that all of it is for admins. */
export function webhookRoutes(webhooks: WebhookAdmin): readonly Route[] {
  const tag = 'Webhooks';
  return [
    route({
      method: 'GET',
      path: '/webhooks',
      id: 'listWebhooks',
      tag,
      summary: 'Where events are sent to, and how the last delivery of each went.',
      role: 'admin',
      answer: z.object({ webhooks: z.array(webhook) }),
      run: () => ({ webhooks: webhooks.list() }),
    }),
    route({
      method: 'POST',
      path: '/webhooks',
      id: 'createWebhook',
      tag,
      summary: 'A new address for events. The secret that they are signed with is in this answer only.',
      role: 'admin',
      status: 201,
      creates: true,
      body: webhookBody,
      example: { name: 'chat', url: 'https://example.com/hooks', events: ['budget.exceeded', 'key.invalid'] },
      answer: z.object({ webhook, secret: z.string() }),
      run: ({ body, manager }) => webhooks.create(body, manager.name),
    }),
    route({
      method: 'PATCH',
      path: '/webhooks/{webhook}',
      id: 'patchWebhook',
      tag,
      summary: 'Switches a webhook off or on.',
      role: 'admin',
      body: patchWebhookBody,
      example: { enabled: true },
      answer: webhook,
      run: (call) =>
        webhooks.setEnabled(
          param(call, 'webhook'),
          call.body.enabled ? 'enabled' : 'disabled',
          call.manager.name,
        ),
    }),
    route({
      method: 'POST',
      path: '/webhooks/{webhook}/test',
      id: 'testWebhook',
      tag,
      summary: 'Sends a message of the type "webhook.test" now, once, and says how that went.',
      role: 'admin',
      answer: webhookDelivery,
      run: (call) => webhooks.test(param(call, 'webhook')),
    }),
    route({
      method: 'DELETE',
      path: '/webhooks/{webhook}',
      id: 'removeWebhook',
      tag,
      summary: 'Removes a webhook and its secret. What is pending is dropped.',
      role: 'admin',
      answer: webhook,
      run: (call) => webhooks.remove(param(call, 'webhook'), call.manager.name),
    }),
  ];
}
