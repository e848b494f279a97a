import { Counter, Histogram, LATENCY_BUCKETS_SECONDS, type Registry } from '../telemetry/metrics.js';

export interface StoreMetrics {
  /** `outcome` is `ok` or a code of the error catalogue. */
  record(statement: string, outcome: string, startedAtMs: number): void;
}

/** Several stores may share one process and so one registry. `service` is the ClickHouse service that the calls go to. */
export function createStoreMetrics(registry: Registry, service: string): StoreMetrics {
  const calls =
    (registry.getSingleMetric('gob_store_calls_total') as Counter | undefined) ??
    new Counter({
      name: 'gob_store_calls_total',
      help: 'Statements sent to ClickHouse, by outcome.',
      labelNames: ['service', 'statement', 'outcome'],
      registers: [registry],
    });
  const seconds =
    (registry.getSingleMetric('gob_store_call_duration_seconds') as Histogram | undefined) ??
    new Histogram({
      name: 'gob_store_call_duration_seconds',
      help: 'Time from sending a statement to having its whole answer.',
      labelNames: ['service', 'statement'],
      buckets: LATENCY_BUCKETS_SECONDS,
      registers: [registry],
    });
  return {
    record(statement, outcome, startedAtMs) {
      calls.inc({ service, statement, outcome });
      seconds.observe({ service, statement }, (performance.now() - startedAtMs) / 1000);
    },
  };
}
