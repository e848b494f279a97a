import {
  Counter,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  type Registry,
} from '../../../lib/telemetry/metrics.js';
import type { Pending } from './batch.js';

const ROWS_BUCKETS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

export interface PipelineMetrics {
  /** Returns what to call at the end, with `stored` or a code of the error catalogue. */
  insertStarted(table: string, batch: readonly Pending[]): (outcome: string) => void;
}

export function createPipelineMetrics(registry: Registry): PipelineMetrics {
  const seconds = new Histogram({
    name: 'gob_receiver_insert_duration_seconds',
    help: 'Time from the first attempt of an insert to its end, retries included.',
    labelNames: ['table', 'outcome'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  const rows = new Histogram({
    name: 'gob_receiver_insert_rows',
    help: 'Rows per insert.',
    labelNames: ['table'] as const,
    buckets: ROWS_BUCKETS,
    registers: [registry],
  });
  const exports = new Counter({
    name: 'gob_receiver_insert_exports_total',
    help: 'Exports that were inserted; divided by the inserts it is how many share one.',
    labelNames: ['table'] as const,
    registers: [registry],
  });
  return {
    insertStarted(table, batch) {
      const startedMs = performance.now();
      rows.observe(
        { table },
        batch.reduce((sum, { block }) => sum + block.rows, 0),
      );
      exports.inc({ table }, batch.length);
      return (outcome) => seconds.observe({ table, outcome }, (performance.now() - startedMs) / 1000);
    },
  };
}
