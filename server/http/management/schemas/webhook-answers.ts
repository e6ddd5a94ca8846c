import { z } from 'zod';
import {
  WEBHOOK_EVENTS,
  WEBHOOK_TEST,
  type WebhookDelivery,
  type WebhookView,
} from '../../../../shared/model/webhooks.ts';
import { id, named, time } from './value-schemas.ts';

export const webhookDelivery = z
  .object({
    type: z.enum([...WEBHOOK_EVENTS, WEBHOOK_TEST]),
    messageId: id,
    at: time,
    attempts: z.int(),
    outcome: z.enum(['delivered', 'retrying', 'failed']),
    status: z.int().nullable().meta({ description: "The receiver's; null: it gave no answer." }),
    error: z.string().nullable(),
  })
  .register(named, { id: 'WebhookDelivery' }) satisfies z.ZodType<WebhookDelivery>;

export const webhook = z
  .object({
    id,
    name: z.string(),
    url: z.string(),
    events: z.array(z.enum(WEBHOOK_EVENTS)),
    allowPrivate: z.boolean(),
    enabled: z.boolean(),
    createdAt: time,
    lastDelivery: webhookDelivery.nullable().meta({ description: 'Since the daemon started.' }),
    failedInRow: z.int().meta({ description: 'Attempts that failed since the last that succeeded.' }),
    pending: z.int(),
    dropped: z.int().meta({ description: 'Not sent, because too many were pending.' }),
  })
  .register(named, { id: 'Webhook' }) satisfies z.ZodType<Omit<WebhookView, 'events'>>;
