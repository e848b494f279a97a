import { unlink } from 'node:fs/promises';
import { messageOf } from '../../../../lib/errors/app-error.js';
import type { Store } from '../../../../lib/store/store.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import type { ReceivedSignal } from '../../admission/admission.js';
import { type Account, addShares } from '../../ledger/account.js';
import type { Ledger } from '../../ledger/ledger.js';
import { errorCodeOf } from '../files.js';
import type { SealedSegment } from '../segments/segment.js';
import type { ScannedRecord } from '../segments/segment-scan.js';
import type { SpoolMetrics } from '../spool-metrics.js';
import type { SpoolUsage } from '../spool-usage.js';
import { type Sum, Sums } from '../sums.js';
import type { DeadLetterBox } from './dead-letter-box.js';
import type { QueuedSegment } from './flush-lanes.js';
import { type SegmentUnreadable, sendSegment } from './send-segment.js';

export interface SpoolOutletOptions {
  readonly store: Store;
  /** Rejects with `unavailable` while the database's tables are not what the blocks hold. */
  readonly ensureTables: (database: string) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: SpoolMetrics;
  readonly ledger: Ledger;
  readonly usage: SpoolUsage;
  readonly deadLetters: Pick<DeadLetterBox, 'keep'>;
  readonly setAside: (path: string, reason: string) => Promise<void>;
}

/** Where segments leave the disk, and what is entered in the books when they do. */
export class SpoolOutlet {
  readonly #options: SpoolOutletOptions;
  /** Of segments that were split: what did not get into the store, by the segment's id. */
  readonly #refused = new Map<string, Map<number, ScannedRecord>>();

  constructor(options: SpoolOutletOptions) {
    this.#options = options;
  }

  recovered({ sums, header }: SealedSegment): void {
    for (const { account, shares, blockBytes } of sums) {
      this.#options.usage.add({ ...account, database: header.database }, blockBytes);
      this.#options.ledger.recovered(account, shares);
    }
  }

  /** Rejects when the segment must be sent again. */
  send(queued: QueuedSegment, signal: AbortSignal): Promise<void> {
    return sendSegment(queued.segment, {
      store: this.#options.store,
      ensureTables: this.#options.ensureTables,
      signal,
      onSplit: (segment) => {
        queued.segment = segment;
      },
      onRefused: (segment, record, error) => this.#bury(segment, record, error),
    });
  }

  /** Everything of the segment is stored or kept as a dead letter, so its file goes; then the books follow. */
  async stored(segment: SealedSegment): Promise<void> {
    await unlink(segment.path).catch((error) => {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    });
    const { ledger } = this.#options;
    const refused = this.#takeRefused(segment);
    this.#leave(segment);
    for (const { account, shares } of segment.sums) {
      const lost = refused.find((sum) => isSame(sum.account, account))?.shares ?? [];
      ledger.stored(account, addShares(shares, lost, -1));
      if (lost.length > 0) ledger.setAside(account, 'refused_by_store', lost);
    }
  }

  /** The file is gone or spoilt since it was written; nothing of it can be sent. */
  async unreadable(segment: SealedSegment, error: SegmentUnreadable): Promise<void> {
    const { ledger, logger, setAside } = this.#options;
    logger.error({ path: segment.path, reason: messageOf(error.cause ?? error) }, 'a segment is lost');
    await setAside(segment.path, 'unreadable').catch(() => undefined);
    this.#takeRefused(segment);
    this.#leave(segment);
    for (const { account, shares } of segment.sums) ledger.setAside(account, 'spool_unreadable', shares);
  }

  #leave({ sums, header }: SealedSegment): void {
    for (const { account, shares, blockBytes } of sums) {
      this.#options.usage.release({ ...account, database: header.database }, blockBytes);
      this.#options.ledger.unspooled(account, shares);
    }
  }

  /** Remembered by place: a segment that must be sent again brings the same records once more. */
  async #bury(segment: SealedSegment, record: ScannedRecord, error: unknown): Promise<void> {
    const { metrics, logger, deadLetters } = this.#options;
    const refused = this.#refused.get(segment.header.id) ?? new Map<number, ScannedRecord>();
    if (refused.has(record.offset)) return;
    const path = await deadLetters.keep(segment.header, record);
    refused.set(record.offset, record);
    this.#refused.set(segment.header.id, refused);
    const { table } = segment.header;
    const { tenantId, signal, items } = record.meta();
    metrics.deadLettered(table);
    logger.error(
      { tenantId, signal: signal as ReceivedSignal, items, table, path, err: error },
      'ClickHouse refuses acknowledged data for good: kept as a dead letter',
    );
  }

  #takeRefused({ header }: SealedSegment): readonly Sum[] {
    const sums = new Sums(header);
    const records = this.#refused.get(header.id)?.values() ?? [];
    for (const record of records) sums.add(record.meta(), record.body.length);
    this.#refused.delete(header.id);
    return sums.values();
  }
}

function isSame(a: Account, b: Account): boolean {
  const isOwner = a.tenantId === b.tenantId && a.projectId === b.projectId;
  return isOwner && a.signal === b.signal && a.minute === b.minute;
}
