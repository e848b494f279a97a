import { dataDirSettings } from '../../lib/config/common-settings.js';
import { addressSettings, peerSettings, proxySettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { bytes, durationMs, integer, oneOf, type ValueType } from '../../lib/config/value-types.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';
import { tlsSettings } from './tls-settings.js';

/** The OTLP specification recommends refusing what is larger; more than this is never held in memory for one request. */
const HARD_MAX_REQUEST_BYTES = 64 * 2 ** 20;

const requestBytes: ValueType<number> = {
  label: bytes.label,
  parse(text) {
    const size = bytes.parse(text);
    if (size < 1024 || size > HARD_MAX_REQUEST_BYTES)
      throw new Error(`expected 1KiB to 64MiB, got "${text}"`);
    return size;
  },
};

const ackTimeout: ValueType<number> = {
  label: durationMs.label,
  parse(text) {
    const ms = durationMs.parse(text);
    if (ms < 100 || ms > 60_000) throw new Error(`expected 100ms to 60s, got "${text}"`);
    return ms;
  },
};

const ledgerInterval: ValueType<number> = {
  label: durationMs.label,
  parse(text) {
    const ms = durationMs.parse(text);
    if (ms < 1_000 || ms > 300_000) throw new Error(`expected 1s to 5m, got "${text}"`);
    return ms;
  },
};

const workerName: ValueType<string> = {
  label: 'name (letters, digits, `-`)',
  parse(text) {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/i.test(text))
      throw new Error(`expected up to 63 letters, digits and dashes, got "${text}"`);
    return text;
  },
};

/** What becomes of an export between its arrival and the store. */
const spoolSettings = defineSettings({
  dataDir: {
    ...dataDirSettings.dataDir,
    default: undefined,
    description:
      'Directory for the spool. It must survive a restart; each receiver in it needs a PROCESS_NAME of its own.',
  },
  processName: {
    yaml: 'process_name',
    env: 'PROCESS_NAME',
    type: workerName,
    default: 'otlp-receiver',
    description: 'Names the directory of this process below `spool/`; the same after a restart.',
  },
  ingestAck: {
    yaml: 'ingest.ack',
    env: 'INGEST_ACK',
    type: oneOf('spool', 'store'),
    default: undefined,
    description:
      'When an export is acknowledged: `spool`, when it is synced to disk; `store`, when ClickHouse has it. Default: `spool` with a DATA_DIR, `store` without.',
  },
  ingestSpoolBytes: {
    yaml: 'ingest.spool_bytes',
    env: 'INGEST_SPOOL_BYTES',
    type: bytes,
    default: '4GiB',
    description:
      'Most data that one receiver keeps on disk for ClickHouse; beyond it exporters are asked to come back. The all-in-one shares it out among its workers.',
  },
  ingestSpoolTenantPercent: {
    yaml: 'ingest.spool_tenant_percent',
    env: 'INGEST_SPOOL_TENANT_PERCENT',
    type: integer(1, 100),
    default: '25',
    description: 'Share of it, and of the dead letters, that one tenant may take.',
  },
  ingestDeadLetterBytes: {
    yaml: 'ingest.dead_letter_bytes',
    env: 'INGEST_DEAD_LETTER_BYTES',
    type: bytes,
    default: '1GiB',
    description:
      'Most that the dead letters of a data directory take: records that ClickHouse refuses for good. One tenant may take the share that it has of the spool; of too much the oldest go.',
  },
  ingestSpoolMinFreeBytes: {
    yaml: 'ingest.spool_min_free_bytes',
    env: 'INGEST_SPOOL_MIN_FREE_BYTES',
    type: bytes,
    default: '1GiB',
    description: 'Free space that must be left on the disk of the spool; below it nothing more is taken.',
  },
  ingestSegmentRows: {
    yaml: 'ingest.segment_rows',
    env: 'INGEST_SEGMENT_ROWS',
    type: integer(1, 1_000_000),
    default: '100000',
    description:
      'Rows after which a segment of the spool is closed and inserted; a larger export has one of its own.',
  },
  ingestSegmentBytes: {
    yaml: 'ingest.segment_bytes',
    env: 'INGEST_SEGMENT_BYTES',
    type: bytes,
    default: '32MiB',
    description:
      'The same in bytes. The inserts that run (at most four to a ClickHouse service) are held in memory.',
  },
  ingestSegmentMaxAgeMs: {
    yaml: 'ingest.segment_max_age',
    env: 'INGEST_SEGMENT_MAX_AGE',
    type: durationMs,
    default: '2s',
    description:
      'Pause between two inserts into a table under a steady stream. Data that comes alone is inserted after 100 ms.',
  },
  ingestFlushesPerTable: {
    yaml: 'ingest.flushes_per_table',
    env: 'INGEST_FLUSHES_PER_TABLE',
    type: integer(1, 4),
    default: '2',
    description: 'Inserts into one table that one receiver runs at a time.',
  },
  ingestPipelineIdleMs: {
    yaml: 'ingest.pipeline_idle',
    env: 'INGEST_PIPELINE_IDLE',
    type: durationMs,
    default: '5m',
    description:
      'A tenant that sends nothing for so long, and has everything stored, is forgotten: its pipeline is closed and its memory freed.',
  },
  ingestDuplicateWindowMs: {
    yaml: 'ingest.duplicate_window',
    env: 'INGEST_DUPLICATE_WINDOW',
    type: durationMs,
    default: '5m',
    description:
      'How long an export is remembered, so that the same bytes sent again are acknowledged and not stored twice; `0s` switches it off. Kept in memory: a restart or another receiver does not know it.',
  },
  ingestDuplicateBytes: {
    yaml: 'ingest.duplicate_bytes',
    env: 'INGEST_DUPLICATE_BYTES',
    type: bytes,
    default: '64MiB',
    description: 'Memory for that, about 2,600 exports per MiB. Of too many the oldest are forgotten first.',
  },
});

export const otlpReceiverSettings = defineSettings({
  ...spoolSettings,
  otlpGrpcAddress: addressSettings.otlpGrpcAddress,
  otlpHttpAddress: addressSettings.otlpHttpAddress,
  ...tlsSettings,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  trustedProxies: proxySettings.trustedProxies,
  clickhouseUrl: clickhouseSettings.clickhouseUrl,
  clickhouseServicesFile: clickhouseSettings.clickhouseServicesFile,
  clickhouseMaxConnections: clickhouseSettings.clickhouseMaxConnections,
  ingestMaxRequestBytes: {
    yaml: 'ingest.max_request_bytes',
    env: 'INGEST_MAX_REQUEST_BYTES',
    type: requestBytes,
    default: '16MiB',
    description:
      'Largest export request, both as it arrives and after decompression; at most 64MiB. A tenant may have a lower limit of its own.',
  },
  ingestInFlightBytes: {
    yaml: 'ingest.in_flight_bytes',
    env: 'INGEST_IN_FLIGHT_BYTES',
    type: bytes,
    default: '256MiB',
    description:
      'Bytes of export requests that one receiver holds at a time; beyond it exporters are asked to come back in a moment.',
  },
  ingestInFlightBytesPerTenant: {
    yaml: 'ingest.in_flight_bytes_per_tenant',
    env: 'INGEST_IN_FLIGHT_BYTES_PER_TENANT',
    type: bytes,
    default: '64MiB',
    description:
      'The same for one tenant, so that none can use up what others need. A single request always passes.',
  },
  ingestLedgerIntervalMs: {
    yaml: 'ingest.ledger_interval',
    env: 'INGEST_LEDGER_INTERVAL',
    type: ledgerInterval,
    default: '10s',
    description:
      'How often a receiver writes to ClickHouse what became of the exports; 1s to 5m. A receiver that is killed loses what it has counted since, never data.',
  },
  ingestAckTimeoutMs: {
    yaml: 'ingest.ack_timeout',
    env: 'INGEST_ACK_TIMEOUT',
    type: ackTimeout,
    default: '8s',
    description:
      'How long storing one export is tried before the exporter is told to send it again. Keep it below the 10 s after which exporters give up.',
  },
});

export type OtlpReceiverConfig = ConfigOf<typeof otlpReceiverSettings>;
