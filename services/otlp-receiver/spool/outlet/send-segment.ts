import { readFile } from 'node:fs/promises';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Store } from '../../../../lib/store/store.js';
import { isRetryable } from '../../../../lib/store/store-errors.js';
import { renameDurably } from '../files.js';
import { type SealedSegment, SPLIT_EXTENSION } from '../segments/segment.js';
import { recordToken } from '../segments/segment-format.js';
import { type ScannedRecord, type ScannedSegment, scanSegment } from '../segments/segment-scan.js';

export interface SendOptions {
  readonly store: Store;
  /** Rejects with `unavailable` while the database's tables are not what the blocks hold. */
  readonly ensureTables: (database: string) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called when the segment's file has another name from now on. */
  readonly onSplit: (segment: SealedSegment) => void;
  /** Keeps a record that is refused for good; the record counts as dealt with once this resolves. */
  readonly onRefused: (segment: SealedSegment, record: ScannedRecord, error: unknown) => Promise<void>;
}

const INSERT_TIMEOUT_MS = 60_000;

/** Thrown when a segment's file is not there any more or not what it was. */
export class SegmentUnreadable extends Error {}

/**
 * Stores a segment: one insert, the same bytes and token at every attempt. What ClickHouse refuses for good is split by
 * record, so that a refused record takes no other with it. Resolves when every record is stored or kept as a dead letter;
 * rejects when it must be tried again.
 */
export async function sendSegment(segment: SealedSegment, options: SendOptions): Promise<void> {
  const scanned = await load(segment);
  await options.ensureTables(segment.header.database);
  if (segment.path.endsWith(SPLIT_EXTENSION)) return sendEach(segment, scanned, options);
  try {
    await insert(scanned, scanned.records, segment.header.token, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const split = await markSplit(segment);
    options.onSplit(split);
    await sendEach(split, scanned, options);
  }
}

async function load({ path, durableBytes, verify }: SealedSegment): Promise<ScannedSegment> {
  const bytes = await readFile(path).catch((cause) => {
    throw new SegmentUnreadable(`${path} cannot be read`, { cause });
  });
  const scanned = scanSegment(bytes.subarray(0, durableBytes), { verify });
  if (!scanned) throw new SegmentUnreadable(`${path} is not a segment any more`);
  return scanned;
}

/**
 * Durable before the first record is stored by itself: after a crash the segment's own token must not be used again, since
 * ClickHouse could not tell that it knows some of the rows.
 */
async function markSplit(segment: SealedSegment): Promise<SealedSegment> {
  const path = segment.path.replace(/\.seg$/, SPLIT_EXTENSION);
  await renameDurably(segment.path, path);
  return { ...segment, path };
}

async function sendEach(
  segment: SealedSegment,
  scanned: ScannedSegment,
  options: SendOptions,
): Promise<void> {
  for (const record of scanned.records) {
    const token = recordToken(segment.header.token, record.offset);
    try {
      await insert(scanned, [record], token, options);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await options.onRefused(segment, record, error);
    }
  }
}

/** ClickHouse has looked at the rows and does not want them; everything else may pass, an error of ours included. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'internal' && !isRetryable(error);
}

async function insert(
  { header }: ScannedSegment,
  records: readonly ScannedRecord[],
  deduplicationToken: string,
  { store, signal }: SendOptions,
): Promise<void> {
  const { database, table, columns } = header;
  const blocks = records.map(({ body }) => body);
  if (blocks.length === 0) return;
  await store.insertNative({
    database,
    table,
    columns,
    blocks,
    deduplicationToken,
    signal,
    maxExecutionMs: INSERT_TIMEOUT_MS,
  });
}

/** What an attempt that failed is called in metrics. */
export function outcomeOf(error: unknown): string {
  if (error instanceof SegmentUnreadable) return 'unreadable';
  return error instanceof AppError ? error.code : 'internal';
}
