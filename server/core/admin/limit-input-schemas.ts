import { z } from 'zod';
import type { TimeWindow } from '../../../shared/model/limits.ts';
import { objectiveInput } from './input-schemas.ts';

const name = z.string().trim().min(1).max(200);
const dollars = z.number().min(0).max(1_000_000);
const MAX_ROLLING_MS = 366 * 24 * 3_600_000;

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'It is no IANA time zone, such as Europe/Berlin')
  .meta({ description: 'IANA name; local time if left out.' });

const timeWindow = z
  .union([
    z.enum(['minute', 'hour', 'day', 'week', 'month', 'total']),
    z.strictObject({ rollingMs: z.int().min(1000).max(MAX_ROLLING_MS) }),
  ])
  .transform(
    (window): TimeWindow =>
      typeof window === 'string' ? { kind: window } : { kind: 'rolling', ms: window.rollingMs },
  );

const step = z.enum(['reject', 'wait', 'clamp_output', 'downgrade_model']);

const budgetFields = {
  name,
  limitUsd: dollars,
  enforcement: z.enum(['prevent', 'alert']).exactOptional(),
  alertThresholds: z.array(z.number().gt(0).max(10)).max(20).exactOptional(),
  onInsufficient: z.union([step, z.array(step).max(4)]).exactOptional(),
  downgradeTo: name.exactOptional().meta({ description: 'The model for `downgrade_model`.' }),
};

/** A new spending limit. */
export const budgetBody = z.strictObject({
  ...budgetFields,
  window: timeWindow,
  timeZone: timeZone.exactOptional(),
  scope: z
    .strictObject({
      provider: name.exactOptional(),
      model: name.exactOptional(),
      team: name.exactOptional(),
      project: name.exactOptional(),
      tool: name.exactOptional(),
      key: name.exactOptional(),
      virtualKey: name.exactOptional(),
      eachConversation: z.literal(true).exactOptional(),
    })
    .exactOptional(),
});

export const patchBudgetBody = z
  .strictObject({ ...budgetFields, name: name.exactOptional(), limitUsd: dollars.exactOptional() })
  .refine((body) => Object.keys(body).length > 0, 'Nothing is to be changed');

export const raiseBudgetBody = z.strictObject({
  usd: dollars,
  forMs: z
    .int()
    .min(1000)
    .max(31 * 24 * 3_600_000),
});

/** What a key may use. */
export const quotaBody = z.strictObject({
  dimension: z.enum(['requests', 'input_tokens', 'output_tokens', 'total_tokens', 'usd']),
  window: timeWindow,
  totalCapacity: z.number().min(0).meta({ description: "In the dimension's unit; `usd` in dollars." }),
  family: name.exactOptional(),
  resetAt: z.int().positive().exactOptional(),
  timeZone: timeZone.exactOptional(),
});

export const correctCostBody = z.strictObject({ usd: dollars });

/** A request that is only thought of. */
export const dryRunBody = z.strictObject({
  model: name,
  protocol: z
    .enum(['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages', 'gemini-generate'])
    .default('openai-chat'),
  virtualKey: name.exactOptional().meta({ description: 'Id or name of the one that would be presented.' }),
  team: name.exactOptional(),
  project: name.exactOptional(),
  tool: name.exactOptional(),
  tags: z.array(name).max(32).exactOptional(),
  conversation: name.exactOptional(),
  inputTokens: z.int().min(0).max(4_000_000).exactOptional(),
  maxOutputTokens: z.int().min(0).max(4_000_000).exactOptional(),
  hasTools: z.boolean().exactOptional(),
  stream: z.boolean().exactOptional(),
  objective: objectiveInput.exactOptional(),
  provider: name.exactOptional().meta({ description: 'A pinned provider.' }),
  policies: z
    .array(z.unknown())
    .max(100)
    .exactOptional()
    .meta({ description: 'On trial, beside those that hold or in place of those of their names.' }),
});

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
