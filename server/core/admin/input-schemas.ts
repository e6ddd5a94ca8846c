import { z } from 'zod';

const name = z.string().trim().min(1).max(200);

const proxyUrl = z
  .string()
  .max(2048)
  .regex(/^(?:https?|socks5):\/\/\S+$/, 'A proxy looks like http://[user:password@]host:port')
  .refine((text) => URL.canParse(text), 'A proxy looks like http://[user:password@]host:port');

const providerKind = z.enum([
  'openai',
  'anthropic',
  'google',
  'azure',
  'bedrock',
  'vertex',
  'openai-compatible',
]);

const dollarsAMillion = z.number().min(0).max(1_000_000);

const keyMetadata = z.strictObject({
  tier: name.exactOptional(),
  region: name.exactOptional(),
  team: name.exactOptional(),
  account: name.exactOptional(),
  tags: z.array(name).max(32).exactOptional(),
  weight: z.number().gt(0).max(1_000_000).exactOptional(),
  quality: z.number().min(0).max(1).exactOptional(),
  allowModels: z.array(name).max(1000).exactOptional(),
  denyModels: z.array(name).max(1000).exactOptional(),
  prices: z
    .record(
      name,
      z.strictObject({
        input: dollarsAMillion,
        output: dollarsAMillion,
        cacheRead: dollarsAMillion.exactOptional(),
        cacheWrite: dollarsAMillion.exactOptional(),
      }),
    )
    .exactOptional(),
  proxy: proxyUrl.exactOptional(),
  billingScopes: z.array(name).max(100).exactOptional(),
});

const metadataChange = z.strictObject({
  tier: keyMetadata.shape.tier.nullable(),
  region: keyMetadata.shape.region.nullable(),
  team: keyMetadata.shape.team.nullable(),
  account: keyMetadata.shape.account.nullable(),
  tags: keyMetadata.shape.tags.nullable(),
  weight: keyMetadata.shape.weight.nullable(),
  quality: keyMetadata.shape.quality.nullable(),
  allowModels: keyMetadata.shape.allowModels.nullable(),
  denyModels: keyMetadata.shape.denyModels.nullable(),
  prices: keyMetadata.shape.prices.nullable(),
  proxy: keyMetadata.shape.proxy.nullable(),
  billingScopes: keyMetadata.shape.billingScopes.nullable(),
});

const objectiveName = z.enum(['cost', 'reliability', 'fairness', 'speed', 'quality']);

export const objectiveInput = z.union([
  z.strictObject({ primary: objectiveName, secondary: objectiveName.exactOptional() }),
  z.strictObject({ weights: z.partialRecord(objectiveName, z.number().min(0)) }),
]);

/** Inputs of the management API and the editor's requests: unknown members are refused, so that a typo is not silently ignored. */
export const addKeyBody = z.strictObject({
  providerId: z.string().min(1).max(64),
  name,
  /** Empty for a server that asks for none. */
  secret: z.string().max(8192).default(''),
  baseUrl: z.string().max(2048).exactOptional(),
  kind: providerKind.exactOptional(),
  purpose: z
    .literal('billing')
    .exactOptional()
    .meta({ description: 'It only reads what its provider billed; no request uses it.' }),
  metadata: keyMetadata.exactOptional(),
});

export const patchKeyBody = z
  .strictObject({
    enabled: z.boolean().exactOptional(),
    state: z
      .enum(['available', 'throttled', 'exhausted', 'disabled', 'invalid'])
      .exactOptional()
      .meta({ description: '`available` ends every wait and a verdict of the provider.' }),
    until: z.int().positive().exactOptional().meta({ description: 'End of a throttled or exhausted state.' }),
    name: name.exactOptional(),
    metadata: metadataChange
      .exactOptional()
      .meta({ description: 'What is left out stays as it is declared; null takes it back.' }),
  })
  .refine((body) => Object.keys(body).length > 0, 'Nothing is to be changed');

/** A new secret for a key. */
export const rotateKeyBody = z.strictObject({ secret: z.string().max(8192) });

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/);
const headerValue = z
  .string()
  .max(4096)
  .regex(/^[\x20-\x7e]*$/);

const providerSettings = z.strictObject({
  headers: z.record(headerName.toLowerCase(), headerValue).exactOptional(),
  models: z.record(name, name).exactOptional(),
  protocols: z
    .array(z.enum(['openai-chat', 'openai-completions', 'openai-responses', 'openai-embeddings']))
    .exactOptional(),
  version: z.union([z.literal(''), z.string().regex(/^(?:\/[\w.-]+)+$/)]).exactOptional(),
  streamUsage: z.literal('unasked').exactOptional(),
  apiVersion: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .exactOptional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .exactOptional(),
  key: z.literal('none').exactOptional(),
  billing: z.literal('openrouter').exactOptional(),
});

export const providerBody = z.strictObject({
  id: z.string().min(1).max(64),
  kind: providerKind,
  name: z.string().trim().max(200).default(''),
  baseUrl: z.string().max(2048),
  settings: providerSettings.exactOptional(),
});

const tags = z.array(name).max(32);
const limitUsd = z.number().positive().max(1_000_000);
const spendWindow = z.enum(['day', 'month', 'total']);
/** A model's name, `provider/model`, or a pattern of them. */
const modelText = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\s\p{Cc}]+$/u, 'A name of a model has no spaces');
const patterns = z.array(modelText).max(256);
const slots = z
  .record(modelText, modelText)
  .refine((map) => Object.keys(map).length <= 64, 'At most 64 slots');

export const virtualKeyBody = z.strictObject({
  name,
  tool: name.exactOptional(),
  team: name.exactOptional(),
  project: name.exactOptional(),
  tags: tags.exactOptional(),
  limitUsd: limitUsd.exactOptional(),
  limitWindow: spendWindow.exactOptional(),
  objective: objectiveInput.exactOptional(),
  models: slots.exactOptional().meta({
    description: 'Names or patterns that the tool asks for, and the model or name that is used instead.',
  }),
  allowModels: patterns
    .exactOptional()
    .meta({ description: 'What may be asked for besides; all if left out.' }),
  expiresAt: z.int().positive().exactOptional(),
});

export const patchVirtualKeyBody = z
  .strictObject({
    name: name.exactOptional(),
    tags: tags.exactOptional(),
    limitUsd: limitUsd.nullable().exactOptional().meta({ description: 'null: no limit.' }),
    limitWindow: spendWindow.exactOptional(),
    models: slots.exactOptional().meta({ description: 'Takes the place of those that it has.' }),
    allowModels: patterns.nullable().exactOptional().meta({ description: 'null: every model.' }),
    expiresAt: z.int().positive().nullable().exactOptional().meta({ description: 'null: never.' }),
  })
  .refine((body) => Object.keys(body).length > 0, 'Nothing is to be changed');

export const modelNameBody = z.strictObject({
  targets: z.array(modelText).min(1).max(32),
  choose: z
    .enum(['in_order', 'best'])
    .exactOptional()
    .meta({ description: 'The first and then the next as fallbacks (if left out), or the best key of all.' }),
  objective: objectiveInput
    .nullable()
    .exactOptional()
    .meta({ description: 'Unless the request or its virtual key says otherwise.' }),
});

export const managementTokenBody = z.strictObject({
  name,
  role: z.enum(['read', 'operate', 'admin']),
  expiresAt: z.int().positive().exactOptional(),
});

/** What is wrong with a value, in one sentence. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'The request is not valid.';
  const where = issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  return `${where}${issue.message}.`;
}
