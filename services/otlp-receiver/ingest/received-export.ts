import type { Admission } from '../admission/admission.js';
import type { Account, Amount } from '../ledger/ledger.js';
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

export type RefusedExport = Omit<ReceivedExport, 'lease' | 'receivedMs'>;

export function accountOf({ signal, admission }: Pick<ReceivedExport, 'signal' | 'admission'>): Account {
  return { tenantId: admission.tenantId, signal: signal.name };
}

/** A request whose items are not known, because it was not read. */
export function wholeOf({ body }: Pick<ReceivedExport, 'body'>): Amount {
  return { items: 0, bytes: body.length };
}

/** Splitting batches helps; sending the same again does not. */
export function tooLarge(bytes: number | string, limitBytes: number): LimitExceeded {
  return new LimitExceeded(
    'payload_too_large',
    `The request is ${bytes} bytes after decompression; the limit is ${limitBytes}. Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).`,
    { limit: `${limitBytes} bytes`, measured: `${bytes} bytes` },
  );
}
