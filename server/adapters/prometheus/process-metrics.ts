import type { Registry } from 'prom-client';
import { counter, gauge } from './make-metric.ts';
import { METRICS } from './metric-definitions.ts';

/** The daemon's own resources under the names that dashboards know (prometheus.io, "Process metrics"). */
export class ProcessMetrics {
  readonly #memory;
  readonly #cpu;
  #counted = 0;

  constructor(registry: Registry) {
    this.#memory = gauge(registry, METRICS.memory);
    this.#cpu = counter(registry, METRICS.cpu);
  }

  /** Read when it is asked for: costs nothing in between. */
  read(): void {
    this.#memory.set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    this.#cpu.inc(Math.max(0, seconds - this.#counted));
    this.#counted = seconds;
  }
}
