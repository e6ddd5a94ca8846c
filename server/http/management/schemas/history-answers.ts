import { z } from 'zod';
import type { AuditEntry, LedgerEntry } from '../../../core/ports/store.ts';
import type { StateTransition } from '../../../../shared/model/states.ts';
import type { RequestView } from '../../../../shared/model/views.ts';
import { id, named, nano, objective, objectiveName, time, tokenUsage } from './value-schemas.ts';
import { keyState } from './key-answers.ts';

const outcome = z.enum(['succeeded', 'failed', 'cancelled', 'rejected']);
const costBasis = z.enum(['reported', 'estimated', 'unpriced', 'not_billed', 'unknown']);
const rule = z.object({ policy: z.string(), index: z.int(), action: z.string() });

export const transition = z
  .object({
    at: time,
    owner: z.string(),
    family: z.string().exactOptional(),
    dimension: z.string().exactOptional(),
    from: keyState,
    to: keyState,
    trigger: z.string(),
    until: time.nullable().exactOptional(),
    requestId: id.exactOptional(),
  })
  .register(named, { id: 'StateTransition' }) satisfies z.ZodType<Omit<StateTransition, 'dimension'>>;

export const requestLine = z
  .object({
    requestId: id,
    startedAt: time,
    durationMs: z.int(),
    model: z.string(),
    keyId: id.nullable(),
    keyName: z.string().nullable(),
    attempts: z.int(),
    status: z.int().meta({ description: 'The HTTP status that the tool saw.' }),
    outcome,
    costNano: nano,
    tool: z.string().nullable(),
    conversation: z.string().nullable(),
  })
  .register(named, { id: 'Request' }) satisfies z.ZodType<RequestView>;

const facts = z.object({
  successRate: z.number(),
  untried: z.literal(true).exactOptional(),
  headroom: z.number(),
  expectedNano: nano.nullable(),
  expectedMs: z.number().nullable(),
  quality: z.number(),
  fairTag: z.number(),
  weight: z.number(),
  served: z.int(),
  recovering: z.boolean(),
  cachedTokens: z.number(),
  cacheSavesNano: z.number(),
  preference: z.number(),
  translated: z.literal(true).exactOptional(),
  exhaustedAt: z.number().nullable(),
  turn: z.int(),
});

export const decision = z
  .object({
    at: time,
    model: z.string(),
    objective,
    candidates: z.array(
      z.object({
        keyId: id,
        providerId: id,
        model: z.string(),
        score: z.number(),
        parts: z.record(objectiveName, z.number()),
        facts,
      }),
    ),
    skipped: z.array(
      z.object({
        keyId: id,
        reason: z.string(),
        until: time.exactOptional(),
        rule: rule.exactOptional(),
        model: z.string().exactOptional(),
      }),
    ),
    unlisted: z.int(),
    best: z.object({
      costNano: z.number().nullable(),
      ms: z.number().nullable(),
      fairTag: z.number(),
      score: z.number().exactOptional(),
      secondary: z.number().exactOptional(),
    }),
    keptFor: z.literal('prompt_cache').exactOptional(),
    rules: z.array(rule),
    explanation: z.string(),
  })
  .register(named, { id: 'Decision' });

const attempt = z
  .object({
    id,
    index: z.int(),
    keyId: id,
    providerId: id,
    model: z.string(),
    startedAt: time,
    firstByteAt: time.exactOptional(),
    firstTokenAt: time.exactOptional(),
    endedAt: time,
    status: z.int().exactOptional(),
    outcome: z.enum(['succeeded', 'failed', 'aborted', 'unknown']),
    failure: z
      .object({
        class: z.string(),
        fault: z.enum(['my_key', 'my_account', 'provider', 'my_request']),
        message: z.string(),
        code: z.string().exactOptional(),
        retryAfterMs: z.number().exactOptional(),
      })
      .exactOptional(),
    reservedNano: nano,
    expectedNano: nano.nullable(),
    costNano: nano,
    costBasis,
    usage: tokenUsage.exactOptional(),
    upstreamRequestId: z.string().exactOptional(),
    answerId: z.string().exactOptional(),
    otherIds: z.array(z.string()).exactOptional(),
    transitions: z.array(transition),
    effects: z.array(z.string()),
  })
  .register(named, { id: 'Attempt' });

export const trace = z
  .object({
    requestId: id,
    clientRequestId: id.exactOptional().meta({ description: "The caller's own." }),
    traceparent: z.string().exactOptional(),
    startedAt: time,
    endedAt: time,
    caller: z.object({
      virtualKeyId: id,
      name: z.string(),
      team: z.string().exactOptional(),
      project: z.string().exactOptional(),
      tool: z.string().exactOptional(),
      tags: z.array(z.string()),
    }),
    protocol: z.string(),
    target: z.string().exactOptional(),
    model: z.string(),
    stream: z.boolean(),
    status: z.int(),
    outcome,
    errorCode: z.string().exactOptional(),
    decisions: z.array(decision),
    attempts: z.array(attempt),
    refusals: z
      .array(z.object({ keyId: id, model: z.string(), code: z.string(), message: z.string() }))
      .exactOptional(),
    costNano: nano,
    usage: tokenUsage.exactOptional(),
    conversation: z.string().exactOptional(),
    edits: z.array(z.string()),
    warnings: z.array(z.string()),
  })
  .meta({ description: "A request's whole history." })
  .register(named, { id: 'Trace' });

export const ledgerEntry = z
  .object({
    attemptId: id,
    requestId: id,
    keyId: id,
    providerId: id,
    virtualKeyId: id,
    model: z.string(),
    reservedAt: time,
    reservedNano: nano,
    state: z.enum(['reserved', 'settled', 'unknown']),
    settledAt: time.nullable(),
    costNano: nano,
    costBasis,
    usage: tokenUsage.nullable(),
  })
  .register(named, { id: 'LedgerEntry' }) satisfies z.ZodType<LedgerEntry>;

export const auditEntry = z
  .object({
    at: time,
    actor: z.string().meta({ description: 'Name of a management token, `local`, `editor`, `router`.' }),
    action: z.string(),
    target: z.string(),
    before: z.unknown(),
    after: z.unknown(),
  })
  .register(named, { id: 'AuditEntry' }) satisfies z.ZodType<AuditEntry>;
