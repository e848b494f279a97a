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
  return { ...countCommits(registry), ...countFlushes(registry), ...countFiles(registry) };
}

function countCommits(registry: Registry): Pick<SpoolMetrics, 'commitStarted' | 'writeFailed'> {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'gob_receiver_spool_commit_duration_seconds',
    help: 'Time to append and sync one group of exports.',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const exports = new Histogram({
    name: 'gob_receiver_spool_commit_exports',
    help: 'Exports per group commit.',
    buckets: EXPORTS_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'gob_receiver_spool_write_errors_total',
    help: 'Commits that the file system refused, by its error.',
    labelNames: ['code'] as const,
    registers,
  });
  return {
    commitStarted(count) {
      const stop = seconds.startTimer();
      exports.observe(count);
      return () => void stop();
    },
    writeFailed: (code) => errors.inc({ code }),
  };
}

type FlushMetrics = Pick<SpoolMetrics, 'insertStarted' | 'deadLettered' | 'deadLetterDropped'>;

function countFlushes(registry: Registry): FlushMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'gob_receiver_spool_flush_duration_seconds',
    help: 'Time of one attempt to store a segment.',
    labelNames: ['table', 'outcome'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const dead = new Counter({
    name: 'gob_receiver_spool_dead_letter_records_total',
    help: 'Records that ClickHouse refuses for good.',
    labelNames: ['table'] as const,
    registers,
  });
  const dropped = new Counter({
    name: 'gob_receiver_spool_dead_letters_dropped_total',
    help: 'Dead letters that went to make room for newer ones.',
    registers,
  });
  return {
    insertStarted(table) {
      const stop = seconds.startTimer({ table });
      return (outcome) => void stop({ outcome });
    },
    deadLettered: (table) => dead.inc({ table }),
    deadLetterDropped: () => dropped.inc(),
  };
}

function countFiles(registry: Registry): Pick<SpoolMetrics, 'setAside' | 'tornBytes' | 'recoveredSegment'> {
  const registers = [registry];
  const aside = new Counter({
    name: 'gob_receiver_spool_set_aside_files_total',
    help: 'Files that are not sound segments, by reason.',
    labelNames: ['reason'] as const,
    registers,
  });
  const torn = new Counter({
    name: 'gob_receiver_spool_torn_bytes_total',
    help: 'Bytes behind the last sound record, never acknowledged.',
    registers,
  });
  const recovered = new Counter({
    name: 'gob_receiver_spool_recovered_segments_total',
    help: 'Segments of an earlier process or another worker.',
    registers,
  });
  return {
    setAside: (reason) => aside.inc({ reason }),
    tornBytes: (bytes) => torn.inc(bytes),
    recoveredSegment: () => recovered.inc(),
  };
}

export function registerSpoolGauges(registry: Registry, read: SpoolGauges): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('gob_receiver_spool_bytes', 'Bytes of blocks that wait on disk.', read.bytes);
  gauge('gob_receiver_spool_segments', 'Segments that wait for their insert.', read.segments);
  gauge(
    'gob_receiver_spool_oldest_age_seconds',
    'Age of the oldest segment that waits; 0 when none does.',
    read.oldestAgeSeconds,
  );
  gauge(
    'gob_receiver_spool_dead_letter_bytes',
    'Size of the dead letters, as this process has seen them.',
    read.deadLetterBytes,
  );
  gauge(
    'gob_receiver_spool_free_disk_bytes',
    'Free space of the disk that holds the spool.',
    read.freeDiskBytes,
  );
}
