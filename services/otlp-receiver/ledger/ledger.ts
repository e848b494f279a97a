import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  type Registry,
} from '../../../lib/telemetry/metrics.js';
import type { ReceivedSignal } from '../admission/admission.js';
import type { TranscodeResult } from '../transcode/transcode.js';

export type Transport = 'grpc' | 'http';

/** What became of every item, per tenant; and what every request was answered. */
export interface Ledger {
  /** Items that are durable. */
  stored(tenantId: number, signal: ReceivedSignal, result: TranscodeResult): void;
  /** Items that were good but are not durable: the exporter was told so. */
  failed(tenantId: number, signal: ReceivedSignal, result: TranscodeResult): void;
  /** Bytes of an export after decompression. */
  received(tenantId: number, signal: ReceivedSignal, bytes: number): void;
  /** `outcome` is `ok` or a code of the error catalogue. */
  answered(transport: Transport, outcome: string, startedMs: number): void;
}

export function createLedger(registry: Registry): Ledger {
  const registers = [registry];
  const items = new Counter({
    name: 'gob_receiver_items_total',
    help: 'Spans, points and records by what became of them: stored, failed, or rejected for a reason.',
    labelNames: ['tenant', 'signal', 'outcome', 'reason'] as const,
    registers,
  });
  const bytes = new Counter({
    name: 'gob_receiver_request_bytes_total',
    help: 'Bytes of export requests after decompression.',
    labelNames: ['tenant', 'signal'] as const,
    registers,
  });
  const requests = new Counter({
    name: 'gob_receiver_requests_total',
    help: 'Export requests by answer.',
    labelNames: ['transport', 'outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'gob_receiver_request_duration_seconds',
    help: 'Time from the head of an export request to its answer.',
    labelNames: ['transport'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const count = (outcome: string) => (tenantId: number, signal: ReceivedSignal, result: TranscodeResult) => {
    const labels = { tenant: String(tenantId), signal };
    if (result.accepted > 0) items.inc({ ...labels, outcome, reason: '' }, result.accepted);
    for (const [reason, rejected] of result.rejected)
      items.inc({ ...labels, outcome: 'rejected', reason }, rejected);
  };
  return {
    stored: count('stored'),
    failed: count('failed'),
    received: (tenantId, signal, size) => bytes.inc({ tenant: String(tenantId), signal }, size),
    answered: (transport, outcome, startedMs) => {
      requests.inc({ transport, outcome });
      seconds.observe({ transport }, (performance.now() - startedMs) / 1000);
    },
  };
}

/** Bytes that requests hold at the moment, read when the metrics are. */
export function registerInFlightGauge(registry: Registry, usedBytes: () => number): void {
  new Gauge({
    name: 'gob_receiver_in_flight_bytes',
    help: 'Bytes held for export requests that are being worked on.',
    registers: [registry],
    collect() {
      this.set(usedBytes());
    },
  });
}
