import { Gauge, type Registry } from 'prom-client';

/** The daemon's own resources under the names that dashboards know (prometheus.io, "Process metrics"). */
export function addProcessMetrics(registry: Registry): void {
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory of the daemon in bytes.', () =>
    process.memoryUsage.rss(),
  );
  gauge(registry, 'process_cpu_seconds_total', 'CPU time of the daemon in seconds, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** Read when it is asked for: costs nothing in between. */
function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => metric.set(read()),
  });
}
