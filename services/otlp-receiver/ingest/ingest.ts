import { AppError } from '../../../lib/errors/app-error.js';
import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import type { DerivedRows, OpenDelivery } from '../derived/derived-rows.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ByteBudget, ByteLease } from '../pipeline/byte-budget.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { SignalDefinition } from '../signals/signal.js';
import type { TranscodeResult } from '../transcode/transcode.js';

export type Encoding = 'protobuf' | 'json';

export interface IngestOptions {
  readonly admissions: Admissions;
  readonly budget: ByteBudget;
  readonly pipeline: Pipeline;
  readonly derivedRows: DerivedRows;
  readonly ledger: Ledger;
  /** Largest request that this receiver takes from anybody. */
  readonly maxRequestBytes: number;
  readonly ackTimeoutMs: number;
}

/** What an admitted exporter sent. */
export interface ReceivedExport {
  readonly signal: SignalDefinition;
  readonly admission: Admission;
  readonly encoding: Encoding;
  /** After decompression. */
  readonly body: Uint8Array;
  /** Grows with what the request becomes; released by the transport. */
  readonly lease: ByteLease;
  /** Point of `performance.now()` when the body was complete; from then on the exporter waits for us. */
  readonly receivedMs: number;
}

/** From a request's bytes to its durable rows: what both transports share. */
export class Ingest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  get maxRequestBytes(): number {
    return this.#options.maxRequestBytes;
  }

  lease(): ByteLease {
    return this.#options.budget.lease();
  }

  admit(question: AdmissionQuestion): Promise<Admission> {
    return this.#options.admissions.admit(question);
  }

  /** Largest request of this tenant, after decompression. */
  limitFor(admission: Admission): number {
    return Math.min(admission.maxRequestBytes, this.#options.maxRequestBytes);
  }

  /** Resolves when everything that was accepted is durable. Rejects with AppError otherwise. */
  async export(received: ReceivedExport): Promise<TranscodeResult> {
    const { admission, body, lease, receivedMs } = received;
    const signal = received.signal.name;
    const { ledger, pipeline, derivedRows, ackTimeoutMs } = this.#options;
    const limitBytes = this.limitFor(admission);
    if (body.length > limitBytes) throw tooLarge(body.length, limitBytes);
    ledger.received(admission.tenantId, signal, body.length);
    const derived = derivedRows.open({ ...admission, signal });
    const result = transcode(received, derived);
    const blocks = [...result.blocks, ...derived.blocks()];
    lease.grow(blocks.reduce((bytes, block) => bytes + block.bytes.length, 0));
    const delivery = { tenantId: admission.tenantId, database: admission.database, blocks };
    try {
      await pipeline.write({ ...delivery, deadlineMs: receivedMs + ackTimeoutMs });
    } catch (error) {
      ledger.failed(admission.tenantId, signal, result);
      throw error;
    }
    derived.stored();
    ledger.stored(admission.tenantId, signal, result);
    return result;
  }
}

function transcode(received: ReceivedExport, sightings: OpenDelivery): TranscodeResult {
  const { signal, admission, encoding, body } = received;
  const { tenantId, projectId, retentionDays } = admission;
  return signal.transcode(encoding === 'json' ? signal.readJson(body) : body, {
    tenantId,
    projectId,
    nowUnixNano: BigInt(Date.now()) * 1_000_000n,
    limits: { retentionDays },
    sightings,
  });
}

/** Splitting batches helps; sending the same again does not. */
export function tooLarge(bytes: number | string, limitBytes: number): AppError {
  return new AppError(
    'payload_too_large',
    `The request is ${bytes} bytes after decompression; the limit is ${limitBytes}. Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).`,
  );
}
