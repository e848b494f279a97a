import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  type Registry,
} from '../../../lib/telemetry/metrics.js';

const EXPORTS_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

export interface SpoolMetrics {
  /** Returns what to call when the commit is over. */
  commitStarted(exports: number): () => void;
  /** `code` is the system's, such as ENOSPC. */
  writeFailed(code: string): void;
  /** Returns what to call at the end, with `stored` or why not. */
  insertStarted(table: string): (outcome: string) => void;
  deadLettered(table: string): void;
  deadLetterDropped(): void;
  setAside(reason: string): void;
  tornBytes(bytes: number): void;
  recoveredSegment(): void;
}

/** What is read when the metrics are. */
export interface SpoolGauges {
  readonly bytes: () => number;
  readonly segments: () => number;
  readonly oldestAgeSeconds: () => number;
  readonly freeDiskBytes: () => number;
  readonly deadLetterBytes: () => number;
}

export function createSpoolMetrics(registry: Registry): SpoolMetrics {
  const registers = [registry];
  const prefix = 'gob_receiver_spool';
  const counter = <const L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `${prefix}_${name}`, help, labelNames: [...labelNames], registers });
  const seconds = <const L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram({
      name: `${prefix}_${name}`,
      help,
      labelNames: [...labelNames],
      buckets: LATENCY_BUCKETS_SECONDS,
      registers,
    });
  const commit = seconds('commit_duration_seconds', 'Time to append and sync one group of exports.', []);
  const exports = new Histogram({
    name: `${prefix}_commit_exports`,
    help: 'Exports per group commit.',
    buckets: EXPORTS_BUCKETS,
    registers,
  });
  const insert = seconds('flush_duration_seconds', 'Time of one attempt to store a segment.', [
    'table',
    'outcome',
  ]);
  const errors = counter('write_errors_total', 'Commits that the file system refused, by its error.', [
    'code',
  ]);
  const dead = counter('dead_letter_records_total', 'Records that ClickHouse refuses for good.', ['table']);
  const dropped = counter(
    'dead_letters_dropped_total',
    'Dead letters that went to make room for newer ones.',
    [],
  );
  const aside = counter('set_aside_files_total', 'Files that are not sound segments, by reason.', ['reason']);
  const torn = counter('torn_bytes_total', 'Bytes behind the last sound record, never acknowledged.', []);
  const recovered = counter(
    'recovered_segments_total',
    'Segments of an earlier process or another worker.',
    [],
  );
  return {
    commitStarted(count) {
      const stop = commit.startTimer();
      exports.observe(count);
      return () => void stop();
    },
    writeFailed: (code) => errors.inc({ code }),
    insertStarted(table) {
      const stop = insert.startTimer({ table });
      return (outcome) => void stop({ outcome });
    },
    deadLettered: (table) => dead.inc({ table }),
    deadLetterDropped: () => dropped.inc(),
    setAside: (reason) => aside.inc({ reason }),
    tornBytes: (bytes) => torn.inc(bytes),
    recoveredSegment: () => recovered.inc(),
  };
}

export function registerSpoolGauges(registry: Registry, gauges: SpoolGauges): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `gob_receiver_spool_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('bytes', 'Bytes of blocks that wait on disk.', gauges.bytes);
  gauge('segments', 'Segments that wait for their insert.', gauges.segments);
  gauge(
    'oldest_age_seconds',
    'Age of the oldest segment that waits; 0 when none does.',
    gauges.oldestAgeSeconds,
  );
  gauge(
    'dead_letter_bytes',
    'Size of the dead letters, as this process has seen them.',
    gauges.deadLetterBytes,
  );
  gauge('free_disk_bytes', 'Free space of the disk that holds the spool.', gauges.freeDiskBytes);
}
