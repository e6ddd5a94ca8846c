import { z } from 'zod';
import type {
  KeyView,
  ManagementTokenView,
  ProviderView,
  VirtualKeyView,
} from '../../../../shared/model/views.ts';
import { id, named, nano, time } from './value-schemas.ts';

export const keyState = z.enum(['available', 'throttled', 'exhausted', 'recovering', 'disabled', 'invalid']);

const price = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number().exactOptional(),
  cacheWrite: z.number().exactOptional(),
});

const metadata = z
  .object({
    tier: z.string().exactOptional(),
    region: z.string().exactOptional(),
    team: z.string().exactOptional(),
    account: z.string().exactOptional(),
    tags: z.array(z.string()).exactOptional(),
    weight: z.number().exactOptional(),
    quality: z.number().exactOptional(),
    allowModels: z.array(z.string()).exactOptional(),
    denyModels: z.array(z.string()).exactOptional(),
    prices: z.record(z.string(), price).exactOptional(),
    proxy: z.string().exactOptional(),
    billingScopes: z.array(z.string()).exactOptional(),
  })
  .register(named, { id: 'KeyMetadata' });

export const cell = z
  .object({
    owner: z.string().meta({ description: '`key:ID`, `group:PROVIDER/ACCOUNT` or `provider:ID`.' }),
    family: z.string(),
    dimension: z.string(),
    state: z.string(),
    until: time.nullable(),
    failures: z.int(),
    since: time,
  })
  .register(named, { id: 'Cell' });

export const key = z
  .object({
    id,
    name: z.string(),
    providerId: id,
    hint: z.string().meta({ description: 'The last four characters of the secret.' }),
    enabled: z.boolean(),
    purpose: z
      .literal('billing')
      .exactOptional()
      .meta({ description: 'It only reads what its provider billed; no request uses it.' }),
    state: keyState,
    until: time.nullable().meta({ description: 'When the state ends by itself; null: not known, or never.' }),
    invalidReason: z.string().nullable(),
    quotaGroup: z.string().nullable().meta({ description: 'The account whose limits it shares.' }),
    metadata,
    cells: z.array(cell).meta({ description: 'What is not available.' }),
    limits: z.array(
      z.object({
        family: z.string(),
        dimension: z.string(),
        limit: z.number(),
        remaining: z.number(),
        resetAt: time.nullable(),
        readAt: time,
      }),
    ),
    modelCount: z.int().nullable(),
    requestsServed: z.int(),
    successRate: z.number().nullable(),
    spentTodayNano: nano,
    createdAt: time,
    checkedAt: time.nullable(),
  })
  .register(named, { id: 'Key' }) satisfies z.ZodType<Omit<KeyView, 'cells' | 'limits'>>;

export const provider = z
  .object({
    id,
    kind: z.string(),
    name: z.string(),
    baseUrl: z.string(),
    settings: z.record(z.string(), z.unknown()).exactOptional(),
    models: z.string().exactOptional(),
    docsUrl: z.string().exactOptional(),
    keysUrl: z.string().exactOptional(),
    keyPrefix: z.string().exactOptional(),
    address: z
      .array(z.object({ name: z.string(), title: z.string(), example: z.string() }))
      .exactOptional()
      .meta({ description: 'What its base URL still has to be told.' }),
  })
  .register(named, { id: 'Provider' }) satisfies z.ZodType<ProviderView>;

export const virtualKey = z
  .object({
    id,
    name: z.string(),
    hint: z.string(),
    team: z.string().nullable(),
    project: z.string().nullable(),
    tool: z.string().nullable(),
    tags: z.array(z.string()),
    limitNano: nano.nullable(),
    limitWindow: z.enum(['day', 'month', 'total']),
    spentNano: nano,
    models: z.record(z.string(), z.string()),
    allowModels: z.array(z.string()).nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .register(named, { id: 'VirtualKey' }) satisfies z.ZodType<VirtualKeyView>;

const managementRole = z.enum(['read', 'operate', 'admin']);

export const managementToken = z
  .object({
    id,
    name: z.string(),
    hint: z.string(),
    role: managementRole,
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .register(named, { id: 'ManagementToken' }) satisfies z.ZodType<ManagementTokenView>;
