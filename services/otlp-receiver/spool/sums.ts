import type { ReceivedSignal } from '../admission/admission.js';
import type { RecordMeta } from './segment-format.js';

/** What a segment holds for one tenant and signal. */
export interface Sum {
  readonly tenantId: number;
  readonly signal: ReceivedSignal;
  readonly items: number;
  /** Of the requests, as the ledger counts them. */
  readonly requestBytes: number;
  /** Of the blocks, as the quotas count them. */
  readonly blockBytes: number;
}

/** Adds up records by tenant and signal. */
export class Sums {
  readonly #byKey = new Map<string, Sum>();

  add(meta: RecordMeta, blockBytes: number): void {
    const key = `${meta.tenantId} ${meta.signal}`;
    const { items = 0, requestBytes = 0, blockBytes: before = 0 } = this.#byKey.get(key) ?? {};
    this.#byKey.set(key, {
      tenantId: meta.tenantId,
      signal: meta.signal as ReceivedSignal,
      items: items + meta.items,
      requestBytes: requestBytes + meta.bytes,
      blockBytes: before + blockBytes,
    });
  }

  values(): readonly Sum[] {
    return [...this.#byKey.values()];
  }
}
