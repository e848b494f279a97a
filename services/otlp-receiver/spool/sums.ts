import type { ReceivedSignal } from '../admission/admission.js';
import { type Account, addShares, minuteOf, type Share } from '../ledger/account.js';
import type { RecordMeta, SegmentHeader } from './segments/segment-format.js';

/** What a segment holds for one account. */
export interface Sum {
  readonly account: Account;
  /** Items, and bytes of the requests, as the ledger counts them. */
  readonly shares: readonly Share[];
  /** Of the blocks, as the quotas count them. */
  readonly blockBytes: number;
}

/** Adds up a segment's records by account. */
export class Sums {
  readonly #header: Pick<SegmentHeader, 'database' | 'createdUnixMs'>;
  readonly #byKey = new Map<string, Sum>();

  constructor(header: Pick<SegmentHeader, 'database' | 'createdUnixMs'>) {
    this.#header = header;
  }

  add(meta: RecordMeta, blockBytes: number): void {
    // Records of an earlier version lack the project, the minute and the services.
    const { tenantId, projectId = '0', minute = minuteOf(this.#header.createdUnixMs) } = meta;
    const key = `${tenantId} ${projectId} ${meta.signal} ${minute}`;
    const before = this.#byKey.get(key);
    const { database } = this.#header;
    const signal = meta.signal as ReceivedSignal;
    this.#byKey.set(key, {
      account: before?.account ?? { tenantId, projectId: BigInt(projectId), signal, minute, database },
      shares: addShares(before?.shares ?? [], sharesOf(meta)),
      blockBytes: (before?.blockBytes ?? 0) + blockBytes,
    });
  }

  values(): readonly Sum[] {
    return [...this.#byKey.values()];
  }
}

function sharesOf({ shares, items, bytes }: RecordMeta): readonly Share[] {
  if (!shares) return [{ service: '', items, bytes }];
  return shares.map(([service, ofItems, ofBytes]) => ({ service, items: ofItems, bytes: ofBytes }));
}
