import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricDefinition } from './metric-definitions.ts';

/** A metric that only grows. */
export function counter<Label extends string>(
  registry: Registry,
  definition: MetricDefinition<Label>,
): Counter<Label> {
  return new Counter({ ...described(definition), registers: [registry] });
}

/** A metric that is set. */
export function gauge<Label extends string>(
  registry: Registry,
  definition: MetricDefinition<Label>,
): Gauge<Label> {
  return new Gauge({ ...described(definition), registers: [registry] });
}

/** A metric that sorts observations into buckets. */
export function histogram<Label extends string>(
  registry: Registry,
  definition: MetricDefinition<Label>,
): Histogram<Label> {
  return new Histogram({
    ...described(definition),
    registers: [registry],
    buckets: [...(definition.buckets ?? [])],
  });
}

function described<Label extends string>({
  name,
  help,
  labels,
}: MetricDefinition<Label>): {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
} {
  return { name, help, labelNames: labels };
}
