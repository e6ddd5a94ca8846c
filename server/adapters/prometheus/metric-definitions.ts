/** What a metric is called and what it means. The documentation's table says the same; a test compares them. */
export interface MetricDefinition<Label extends string = string> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;
const FIRST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60] as const;

/** All metrics: names, labels and meaning are promised to dashboards (prometheus.io, "Metric and label naming"). */
export const METRICS = {
  requests: {
    name: 'apikeyrouter_requests_total',
    type: 'counter',
    help: 'Requests of tools, by protocol, outcome (succeeded, failed, cancelled, rejected) and the HTTP status the tool saw.',
    labels: ['protocol', 'outcome', 'status'],
  },
  running: {
    name: 'apikeyrouter_requests_running',
    type: 'gauge',
    help: 'Requests that are being served.',
    labels: [],
  },
  duration: {
    name: 'apikeyrouter_request_duration_seconds',
    type: 'histogram',
    help: 'From the request of a tool to the end of its answer.',
    labels: ['protocol', 'outcome'],
    buckets: DURATION_BUCKETS,
  },
  attempts: {
    name: 'apikeyrouter_attempts_total',
    type: 'counter',
    help: 'Attempts at providers, by outcome and by the class of their failure (empty if they did not fail).',
    labels: ['provider', 'key', 'model', 'outcome', 'failure'],
  },
  tokens: {
    name: 'apikeyrouter_tokens_total',
    type: 'counter',
    help: 'Tokens as reported by providers. The types are exclusive: input is what was neither read from nor written to a cache.',
    labels: ['provider', 'model', 'type'],
  },
  cost: {
    name: 'apikeyrouter_cost_usd_total',
    type: 'counter',
    help: 'Cost in US dollars, also of failed and aborted attempts. basis: reported or estimated.',
    labels: ['provider', 'key', 'model', 'basis'],
  },
  firstByte: {
    name: 'apikeyrouter_time_to_first_byte_seconds',
    type: 'histogram',
    help: 'From the start of an attempt to the first byte of its answer.',
    labels: ['provider', 'model'],
    buckets: FIRST_BUCKETS,
  },
  firstToken: {
    name: 'apikeyrouter_time_to_first_token_seconds',
    type: 'histogram',
    help: 'From the start of an attempt to the first content of its answer; of streams only.',
    labels: ['provider', 'model'],
    buckets: FIRST_BUCKETS,
  },
  keyInfo: {
    name: 'apikeyrouter_key_info',
    type: 'gauge',
    help: 'Always 1: joins the id of a key with its name.',
    labels: ['key', 'provider', 'name'],
  },
  keyState: {
    name: 'apikeyrouter_key_state',
    type: 'gauge',
    help: '1 for the state that a key is in, 0 for the others (available, throttled, exhausted, recovering, disabled, invalid).',
    labels: ['key', 'provider', 'state'],
  },
  limitLeft: {
    name: 'apikeyrouter_provider_limit_left',
    type: 'gauge',
    help: 'What is left of a limit, as the last answer of the provider said, in requests or tokens.',
    labels: ['key', 'family', 'dimension'],
  },
  quotaLeft: {
    name: 'apikeyrouter_quota_left_ratio',
    type: 'gauge',
    help: 'Share of a configured quota that is left in its window, 0 to 1.',
    labels: ['quota', 'owner', 'family', 'dimension'],
  },
  quotaExhaustion: {
    name: 'apikeyrouter_quota_exhaustion_timestamp_seconds',
    type: 'gauge',
    help: 'When a quota is predicted to run out before its reset, as seconds since the epoch; absent without a prediction.',
    labels: ['quota', 'owner', 'family', 'dimension'],
  },
  budgetLimit: {
    name: 'apikeyrouter_budget_limit_usd',
    type: 'gauge',
    help: 'Limit of a budget in US dollars, with a raise that has not ended.',
    labels: ['budget', 'name'],
  },
  budgetLeft: {
    name: 'apikeyrouter_budget_left_usd',
    type: 'gauge',
    help: 'What a budget has left in its window, in US dollars: neither spent nor held.',
    labels: ['budget', 'name'],
  },
  memory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the daemon in bytes.',
    labels: [],
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the daemon in seconds, user and system.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
