import type { Admission } from '../admission/admission.js';
import type { Compression } from '../http/negotiation.js';
import { type Account, minuteOf, type Share } from '../ledger/account.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import type { ByteLease } from '../pipeline/byte-budget.js';
import type { SignalDefinition } from '../signals/signal.js';

export type Encoding = 'protobuf' | 'json';

/** What an admitted exporter sent. */
export interface ReceivedExport {
  readonly signal: SignalDefinition;
  readonly admission: Admission;
  readonly encoding: Encoding;
  /** After decompression. */
  readonly body: Uint8Array;
  /** As the exporter names itself. */
  readonly userAgent?: string | undefined;
  /** Grows with what the request becomes; released by the transport. */
  readonly lease: ByteLease;
  /** Point of `performance.now()` when the body was complete; from then on the exporter waits for us. */
  readonly receivedMs: number;
}

/** The same as it came over the wire. */
export interface CompressedExport extends Omit<ReceivedExport, 'body'> {
  readonly wire: Buffer;
  readonly compression: Compression;
}

export type RefusedExport = Omit<ReceivedExport, 'lease' | 'receivedMs'>;

/** The account of an export that arrives now. */
export function accountOf({ signal, admission }: Pick<ReceivedExport, 'signal' | 'admission'>): Account {
  const { tenantId, projectId, database } = admission;
  return { tenantId, projectId, database, signal: signal.name, minute: minuteOf(Date.now()) };
}

/** A request of which nothing was read. */
export function unreadOf({ body }: Pick<ReceivedExport, 'body'>): readonly Share[] {
  return [{ service: '', items: 0, bytes: body.length }];
}

/** Splitting batches helps; sending the same again does not. */
export function tooLarge(bytes: number | string, limitBytes: number): LimitExceeded {
  return new LimitExceeded(
    'payload_too_large',
    `The request is ${bytes} bytes after decompression; the limit is ${limitBytes}. Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).`,
    { limit: `${limitBytes} bytes`, measured: `${bytes} bytes` },
  );
}
