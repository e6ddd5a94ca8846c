import type {
  AuditEntry,
  CounterAddress,
  CounterState,
  Hold,
  Reservation,
  Settlement,
  StoredPolicy,
} from '../../server/core/ports/store.ts';
import type { BudgetRecord, QuotaRecord } from '../../shared/model/limits.ts';
import type { ModelNameRecord } from '../../shared/model/model-names.ts';
import type {
  KeyRecord,
  ManagementTokenRecord,
  ProviderRecord,
  VirtualKeyRecord,
} from '../../shared/model/records.ts';
import type { CellRecord, StateTransition } from '../../shared/model/states.ts';
import type { AttemptTrace, Trace } from '../../shared/model/trace.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import type { WebhookRecord } from '../../shared/model/webhooks.ts';

/** One counter with a limit and one without, as a request has them. */
export const CALLER = { subject: 'virtual_key:vk1/day', windowStart: 86_400_000 };
export const EVERYONE = { subject: 'global/day', windowStart: 86_400_000 };

/** A hold of money on the limited counter, of 100 nano-dollars within 1000. */
export function hold(parts: Partial<Hold> = {}): Hold {
  return { ...CALLER, unit: 'nano_usd', amount: 100, limit: 1000, ...parts };
}

/** Holds of an amount on both sample counters. */
export function holdsOf(amount: number, limit: number | null): readonly Hold[] {
  return [hold({ ...EVERYONE, amount, limit: null }), hold({ amount, limit })];
}

/** A counter's state; what is left out is zero. */
export function state(counter: CounterAddress, parts: Partial<CounterState> = {}): CounterState {
  const { subject, windowStart } = counter;
  return { subject, windowStart, spent: 0, held: 0, unknown: 0, ...parts };
}

/** A reservation of 100 nano-dollars within 1000. */
export function reservation(attemptId: string, parts: Partial<Reservation> = {}): Reservation {
  const amountNano = parts.amountNano ?? 100;
  return {
    attemptId,
    requestId: `req_${attemptId}`,
    keyId: 'k1',
    providerId: 'openai',
    virtualKeyId: 'vk1',
    model: 'gpt-5',
    at: 1000,
    amountNano,
    holds: holdsOf(amountNano, 1000),
    ...parts,
  };
}

/** A settlement of 40 nano-dollars. */
export function settlement(attemptId: string, parts: Partial<Settlement> = {}): Settlement {
  const usage = { ...NO_USAGE, inputTokens: 7, outputTokens: 3 };
  return { attemptId, at: 2000, costNano: 40, amounts: {}, costBasis: 'reported', usage, ...parts };
}

/** A key. */
export function key(id: string, parts: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id,
    providerId: 'openai',
    name: id,
    hint: 'abcd',
    enabled: true,
    invalidSince: null,
    invalidReason: null,
    models: ['gpt-5'],
    quotaGroup: null,
    metadata: {},
    createdAt: 1,
    checkedAt: null,
    ...parts,
  };
}

/** A provider. */
export function provider(id: string, createdAt = 1): ProviderRecord {
  return { id, kind: 'openai', name: id, baseUrl: 'https://api.openai.com', createdAt };
}

/** A virtual key. */
export function virtualKey(id: string, parts: Partial<VirtualKeyRecord> = {}): VirtualKeyRecord {
  return {
    id,
    name: id,
    digest: `digest of ${id}`,
    hint: 'wxyz',
    team: null,
    project: null,
    tool: 'codex',
    tags: ['a'],
    limitNano: 1000,
    limitWindow: 'day',
    objective: null,
    createdAt: 1,
    expiresAt: null,
    revokedAt: null,
    ...parts,
  };
}

/** A management token. */
export function managementToken(
  id: string,
  parts: Partial<ManagementTokenRecord> = {},
): ManagementTokenRecord {
  return {
    id,
    name: id,
    digest: `digest of ${id}`,
    hint: 'wxyz',
    role: 'operate',
    createdAt: 1,
    expiresAt: null,
    revokedAt: null,
    ...parts,
  };
}

/** A name of models. */
export function modelName(name: string, parts: Partial<ModelNameRecord> = {}): ModelNameRecord {
  return {
    name,
    targets: ['gpt-5', 'anthropic/claude-sonnet-4-5'],
    choose: 'best',
    objective: { primary: 'cost' },
    createdAt: 1,
    ...parts,
  };
}

/** A budget. */
export function budget(id: string, parts: Partial<BudgetRecord> = {}): BudgetRecord {
  return {
    id,
    name: id,
    scope: { team: 'production', eachConversation: true },
    limitNano: 5_000_000_000,
    window: { kind: 'month' },
    timeZone: 'Europe/Berlin',
    enforcement: 'prevent',
    alertThresholds: [0.5, 0.8],
    onInsufficient: ['wait', 'downgrade_model'],
    downgradeTo: 'gpt-5-mini',
    raise: { amountNano: 1, until: 9 },
    policy: null,
    createdAt: 1,
    ...parts,
  };
}

/** A webhook. */
export function webhook(id: string, parts: Partial<WebhookRecord> = {}): WebhookRecord {
  return {
    id,
    name: id,
    url: 'https://hooks.example/budgets',
    events: ['budget.threshold', 'key.invalid'],
    allowPrivate: false,
    enabled: true,
    createdAt: 1,
    ...parts,
  };
}

/** A quota. */
export function quota(id: string, parts: Partial<QuotaRecord> = {}): QuotaRecord {
  return {
    id,
    owner: 'key:k1',
    family: '*',
    dimension: 'requests',
    window: { kind: 'rolling', ms: 60_000 },
    totalCapacity: 500,
    resetAt: null,
    timeZone: null,
    createdAt: 1,
    ...parts,
  };
}

/** A policy. */
export function policy(name: string, priority = 0): StoredPolicy {
  return { name, policy: { name, type: 'cost', priority, rules: [{ action: 'cap', limits: [1, null] }] } };
}

/** An audit entry. */
export function audit(target: string, at: number, parts: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at,
    actor: 'library',
    action: 'budget.raise',
    target,
    before: null,
    after: { raise: [at] },
    ...parts,
  };
}

/** A throttled cell. */
export function cell(owner: string, parts: Partial<CellRecord> = {}): CellRecord {
  return {
    owner,
    family: 'gpt-5',
    dimension: 'requests',
    state: 'throttled',
    until: 5000,
    failures: 2,
    since: 1000,
    ...parts,
  };
}

/** A transition. */
export function transition(owner: string, at: number): StateTransition {
  return { at, owner, from: 'available', to: 'throttled', trigger: 'rate_limited', until: at + 1000 };
}

/** A trace of a request that the given keys were tried for. */
export function trace(requestId: string, startedAt: number, keyIds: readonly string[] = ['k1']): Trace {
  const attempts = keyIds.map((keyId, index): AttemptTrace => {
    return {
      id: `${requestId}-${index}`,
      index,
      keyId,
      providerId: 'openai',
      model: 'gpt-5',
      startedAt,
      endedAt: startedAt + 10,
      status: 200,
      outcome: 'succeeded',
      reservedNano: 100,
      expectedNano: 60,
      costNano: 40,
      costBasis: 'reported',
      usage: { ...NO_USAGE, inputTokens: 7, outputTokens: 3 },
      transitions: [],
    };
  });
  return {
    requestId,
    startedAt,
    endedAt: startedAt + 12,
    caller: { virtualKeyId: 'vk1', name: 'codex', tags: [] },
    protocol: 'openai-chat',
    model: 'gpt-5',
    stream: true,
    status: 200,
    outcome: 'succeeded',
    decisions: [],
    attempts,
    costNano: 40,
    edits: [],
    warnings: [],
  };
}
