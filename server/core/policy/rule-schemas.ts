import { z } from 'zod';

const names = (what: string) => z.array(z.string().min(1)).min(1).describe(what);
const usd = z.number().nonnegative().describe('US dollars');
const share = z.number().min(0).max(1).describe('0 to 1');
const milliseconds = z.int().positive().describe('Milliseconds');

/** When a rule applies; everything that is given must hold. */
const conditionSchema = z
  .strictObject({
    max_input_tokens: z
      .int()
      .positive()
      .exactOptional()
      .describe('Only requests of at most this estimated size'),
    min_input_tokens: z
      .int()
      .positive()
      .exactOptional()
      .describe('Only requests of at least this estimated size'),
    has_tools: z.boolean().exactOptional().describe('Only requests that do, or do not, define tools'),
    streaming: z.boolean().exactOptional().describe('Only requests that are, or are not, answered in pieces'),
    tags: names('Only requests with one of these tags').exactOptional(),
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .exactOptional()
      .describe('Only on these days of the week'),
    from: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .exactOptional()
      .describe('Time of day, HH:MM; with `to` it may span midnight'),
    to: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .exactOptional()
      .describe('Time of day, HH:MM; not included'),
    time_zone: z.string().exactOptional().describe('IANA name; the local zone if left out'),
  })
  .describe('When the rule applies; all that is given must hold');

const rule = <A extends string, S extends z.ZodRawShape>(action: A, shape: S, what: string) =>
  z
    .strictObject({ action: z.literal(action), ...shape, when: conditionSchema.exactOptional() })
    .describe(what);

/** Weights of objectives; they are scaled to a sum of one. */
const weights = z
  .strictObject({
    cost: z.number().nonnegative().exactOptional(),
    reliability: z.number().nonnegative().exactOptional(),
    fairness: z.number().nonnegative().exactOptional(),
    speed: z.number().nonnegative().exactOptional(),
    quality: z.number().nonnegative().exactOptional(),
  })
  .refine((value) => Object.values(value).some((weight) => weight > 0), 'One weight must be above zero.');

const insufficient = z.enum(['reject', 'wait', 'clamp_output', 'downgrade_model']);
const objective = z.enum(['cost', 'reliability', 'fairness', 'speed', 'quality']);

/** Preferences order the candidates; of those that apply the first one wins. */
const preferenceRules = {
  cost: [
    rule(
      'prefer_lowest_cost',
      {
        max_cost_per_request: usd.exactOptional(),
        fallback_to_reliable: z.boolean().exactOptional().describe('Of equal cost the more reliable one'),
      },
      'The cheapest candidate first; ties by reliability if asked for',
    ),
    rule(
      'use_cheaper_model',
      {
        model: z.string().min(1).describe('The cheaper model'),
        max_input_tokens: z
          .int()
          .positive()
          .exactOptional()
          .describe('Only for requests of at most this size'),
      },
      'Serve the request with another, cheaper model',
    ),
  ],
  routing: [
    rule(
      'prefer_high_reliability',
      {
        min_success_rate: share.exactOptional(),
        prefer_premium_tier: z.boolean().exactOptional().describe('Keys of the tier "premium" first'),
        allow_fallback: z
          .boolean()
          .exactOptional()
          .describe('false: no second try, and no candidate below the rate'),
      },
      'The most reliable candidate first',
    ),
    rule('prefer_fastest', {}, 'The quickest candidate first, by time to first token and tokens a second'),
    rule('prefer_fairness', {}, 'Equal shares, or by the weights of the keys'),
    rule('prefer_quality', {}, 'The key or model of the highest declared quality first'),
    rule(
      'optimize',
      {
        primary: objective.exactOptional().describe('What comes first; reliability if left out'),
        secondary: objective.exactOptional().describe('For ties of the first'),
        weights: weights.exactOptional().describe('Instead of both'),
      },
      'One objective, two in order, or weights',
    ),
    rule(
      'sticky',
      { enabled: z.boolean().describe('false: cost and the other objectives alone decide') },
      'Keep a conversation on the account that holds its prompt cache, or not',
    ),
  ],
  key_selection: [
    rule('prefer_keys', { keys: names('Names of keys, the best first') }, 'These keys first'),
    rule('prefer_tier', { tiers: names('Tiers of keys, the best first') }, 'Keys of these tiers first'),
  ],
  failure_handling: [
    rule(
      'fallback_models',
      { models: names('Models, in order') },
      'Models to try when none of the asked one is left',
    ),
    rule(
      'hedge_after',
      { after_ms: milliseconds },
      'Ask a second key if the first has not begun to answer by then; both may be billed',
    ),
  ],
} as const;

/** Limits and constraints always intersect: nothing loosens another. */
const constraintRules = {
  cost: [
    rule('limit_cost_per_request', { max_cost_per_request: usd }, 'Refuse what could cost more'),
    rule(
      'enforce_budget',
      {
        budget_limit: usd,
        budget_window: z
          .enum(['hourly', 'daily', 'weekly', 'monthly', 'total'])
          .describe('In which it counts, in local time'),
        enforcement_mode: z.enum(['prevent', 'alert']).describe('Refuse requests, or only tell'),
        alert_threshold: z
          .union([share, z.array(share).min(1)])
          .exactOptional()
          .describe('Shares of the limit, 0 to 1, at which to tell'),
        on_insufficient: z
          .union([insufficient, z.array(insufficient).min(1)])
          .exactOptional()
          .describe('What is tried, in turn, when the worst case of a request does not fit'),
        downgrade_to: z.string().exactOptional().describe('The model for downgrade_model'),
      },
      'A spending limit on the scope of the policy',
    ),
    rule(
      'on_unknown_price',
      { mode: z.enum(['reject', 'allow']).describe('Refuse them, or let them pass uncounted') },
      'What to do with models that have no known price',
    ),
    rule(
      'on_unbounded',
      {
        mode: z
          .enum(['inject_limit', 'reject', 'allow'])
          .describe('Set a limit, refuse them, or let them pass'),
        output_limit: z
          .int()
          .positive()
          .exactOptional()
          .describe('Tokens, for inject_limit; 4096 if left out'),
      },
      'What to do with requests without an output limit',
    ),
  ],
  routing: [
    rule('allow_models', { models: names('Names or patterns with *') }, 'No other models'),
    rule('deny_models', { models: names('Names or patterns with *') }, 'Not these models'),
    rule('require_success_rate', { min_success_rate: share }, 'No candidate below this success rate'),
  ],
  key_selection: [
    rule(
      'prefer_region',
      {
        preferred_regions: names('Regions, in order'),
        fallback_regions: names('Regions, in order').exactOptional(),
      },
      'Keys of these regions only; the fallback regions when none of the preferred can serve',
    ),
    rule('require_region', { regions: names('Regions') }, 'Keys of these regions only'),
    rule('require_tier', { tiers: names('Tiers') }, 'Keys of these tiers only'),
    rule('require_tags', { tags: names('Tags') }, 'Keys with all of these tags only'),
    rule('allow_keys', { keys: names('Names of keys') }, 'No other keys'),
    rule('deny_keys', { keys: names('Names of keys') }, 'Not these keys'),
    rule('allow_providers', { providers: names('Ids of providers') }, 'No other providers'),
    rule('deny_providers', { providers: names('Ids of providers') }, 'Not these providers'),
    rule(
      'avoid_predicted_exhaustion',
      {
        within_minutes: z.number().positive().describe('Minutes'),
        min_confidence: share.exactOptional().describe('How sure the prediction is, 0 to 1; 0.5 if left out'),
      },
      'Leave out keys that are predicted to run out so soon, while others can serve',
    ),
  ],
  failure_handling: [
    rule(
      'max_attempts',
      { attempts: z.int().min(1).max(20).describe('Over all keys and models') },
      'At most so many tries of a request',
    ),
    rule(
      'other_account_reasoning',
      { mode: z.enum(['leave_out', 'refuse']).describe('Go on without it, or refuse the request') },
      'What to do with encrypted reasoning in a conversation that only the account that made it can read, when that account cannot answer; left out with a warning if no rule says so',
    ),
    rule('deadline', { deadline_ms: milliseconds }, 'No new attempt after this time'),
  ],
} as const;

/** The rules of each type of policy. */
export const RULES_BY_TYPE = {
  cost: z.discriminatedUnion('action', [...preferenceRules.cost, ...constraintRules.cost]),
  routing: z.discriminatedUnion('action', [...preferenceRules.routing, ...constraintRules.routing]),
  key_selection: z.discriminatedUnion('action', [
    ...preferenceRules.key_selection,
    ...constraintRules.key_selection,
  ]),
  failure_handling: z.discriminatedUnion('action', [
    ...preferenceRules.failure_handling,
    ...constraintRules.failure_handling,
  ]),
} as const;

export type RuleCondition = z.output<typeof conditionSchema>;
export type PolicyRule = z.output<(typeof RULES_BY_TYPE)[keyof typeof RULES_BY_TYPE]>;
