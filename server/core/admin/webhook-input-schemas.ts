import { z } from 'zod';
import { WEBHOOK_EVENTS } from '../../../shared/model/webhooks.ts';

/** A new webhook. */
export const webhookBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  url: z.string().max(2048).meta({ description: 'https, or http on this machine.' }),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .exactOptional()
    .meta({ description: 'All of them if left out.' }),
  secret: z
    .string()
    .max(200)
    .exactOptional()
    .meta({ description: '`whsec_` and 24 to 64 bytes in base64; made if left out.' }),
  allowPrivate: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Whether it may lead into a private network; not if left out.' }),
});

/** A change of a webhook. */
export const patchWebhookBody = z.strictObject({ enabled: z.boolean() });
