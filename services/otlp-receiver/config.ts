import { addressSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { bytes, durationMs, type ValueType } from '../../lib/config/value-types.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';
import { tlsSettings } from './tls-settings.js';

/** The OTLP specification recommends refusing what is larger; more than this is never held in memory for one request. */
export const HARD_MAX_REQUEST_BYTES = 64 * 2 ** 20;

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

export const otlpReceiverSettings = defineSettings({
  otlpGrpcAddress: addressSettings.otlpGrpcAddress,
  otlpHttpAddress: addressSettings.otlpHttpAddress,
  ...tlsSettings,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  clickhouseUrl: clickhouseSettings.clickhouseUrl,
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
