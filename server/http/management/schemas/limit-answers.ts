import { z } from 'zod';
import type { BudgetView, QuotaView } from '../../../../shared/model/views.ts';
import { id, named, nano, time, timeWindow } from './value-schemas.ts';

const onInsufficient = z.enum(['reject', 'wait', 'clamp_output', 'downgrade_model']);

const scope = z
  .object({
    provider: z.string().exactOptional(),
    model: z.string().exactOptional(),
    team: z.string().exactOptional(),
    project: z.string().exactOptional(),
    tool: z.string().exactOptional(),
    key: z.string().exactOptional(),
    virtualKey: z.string().exactOptional(),
    eachConversation: z.literal(true).exactOptional(),
  })
  .meta({ description: 'All members that are there must match; without any it is everything.' });

export const budget = z
  .object({
    id,
    name: z.string(),
    scope,
    limitNano: nano.meta({ description: 'In nano-dollars, with a raise that has not ended.' }),
    window: timeWindow,
    timeZone: z.string().nullable(),
    enforcement: z.enum(['prevent', 'alert']),
    alertThresholds: z.array(z.number()),
    onInsufficient: z.array(onInsufficient),
    downgradeTo: z.string().nullable(),
    raise: z.object({ amountNano: nano, until: time }).nullable(),
    policy: z.string().nullable().meta({ description: 'The policy that declares it.' }),
    createdAt: time,
    spentNano: nano,
    heldNano: nano,
    unknownNano: nano.meta({ description: 'Held by attempts whose outcome nobody saw.' }),
    remainingNano: nano,
    windowStart: time,
    windowEnd: time.nullable(),
  })
  .register(named, { id: 'Budget' }) satisfies z.ZodType<BudgetView>;

export const quota = z
  .object({
    id,
    owner: z
      .string()
      .meta({ description: '`key:ID`, or `group:PROVIDER/ACCOUNT` once the account is known.' }),
    family: z.string().meta({ description: 'A model family, or `*`.' }),
    dimension: z.enum(['requests', 'input_tokens', 'output_tokens', 'total_tokens', 'usd']),
    window: timeWindow,
    totalCapacity: z.number().meta({ description: "In the dimension's unit; `usd` in nano-dollars." }),
    resetAt: time.nullable(),
    timeZone: z.string().nullable(),
    createdAt: time,
    used: z.number(),
    capacity: z.number().meta({ description: "The provider's own limit if that is less." }),
    learned: z.object({ limit: z.number(), remaining: z.number() }).nullable(),
    capacityState: z.enum(['abundant', 'constrained', 'critical', 'exhausted']),
    resetsAt: time.nullable(),
    prediction: z
      .object({ at: z.number(), low: z.number(), high: z.number(), confidence: z.number() })
      .nullable()
      .meta({
        description: 'When it is expected to run out; four of five outcomes lie between low and high.',
      }),
  })
  .register(named, { id: 'Quota' }) satisfies z.ZodType<QuotaView>;
