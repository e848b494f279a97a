import type { FileHandle } from 'node:fs/promises';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeBlock } from '../../native/block.js';
import { type OpenFile, PRIVATE_MODE, syncDirectory, writeFully } from '../files.js';
import { Sums } from '../sums.js';
import { type SealedSegment, segmentName } from './segment.js';
import {
  encodeHeader,
  encodeRecordHead,
  newSegmentHeader,
  type RecordMeta,
  recordMark,
  type SegmentHeader,
  type SegmentTarget,
} from './segment-format.js';

export interface SegmentLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Distinct days, which are partitions: ClickHouse refuses an insert into more than 100. */
  readonly maxDays: number;
}

export interface SegmentFileOptions {
  readonly directory: string;
  readonly target: SegmentTarget;
  readonly lane: number;
  readonly open: OpenFile;
}

interface PendingRecord {
  readonly meta: RecordMeta;
  readonly blockBytes: number;
}

/**
 * A segment that still grows. Records are added in memory and become durable together by `commit`. After a commit that
 * failed it must be sealed: what a failed fsync left behind cannot be known, so the file is not written again.
 */
export class SegmentFile {
  readonly header: SegmentHeader;
  /** The tenant that has it for itself, or SHARED_LANE. */
  readonly lane: number;
  readonly createdMs = performance.now();
  readonly #directory: string;
  readonly #open: OpenFile;
  readonly #mark: Buffer;
  readonly #days = new Set<number>();
  readonly #sums: Sums;
  #handle: FileHandle | undefined;
  #chunks: Uint8Array[];
  #pending: PendingRecord[] = [];
  #rows = 0;
  #bytes = 0;
  #durableBytes = 0;

  constructor({ directory, target, lane, open }: SegmentFileOptions) {
    this.#directory = directory;
    this.#open = open;
    this.lane = lane;
    this.header = newSegmentHeader(target);
    this.#sums = new Sums(this.header);
    this.#mark = recordMark(this.header.id);
    this.#chunks = [encodeHeader(this.header)];
  }

  get path(): string {
    return join(this.#directory, segmentName(this.header));
  }

  /** Whether the block goes in as well; an empty segment takes any. */
  fits(block: NativeBlock, limits: SegmentLimits): boolean {
    if (this.#rows === 0) return true;
    const days = block.days.reduce((count, day) => count + (this.#days.has(day) ? 0 : 1), this.#days.size);
    return (
      this.#rows + block.rows <= limits.maxRows &&
      this.#bytes + block.bytes.length <= limits.maxBytes &&
      days <= limits.maxDays
    );
  }

  isFull(limits: SegmentLimits): boolean {
    return this.#rows >= limits.maxRows || this.#bytes >= limits.maxBytes;
  }

  add(meta: RecordMeta, block: NativeBlock): void {
    this.#chunks.push(encodeRecordHead(this.#mark, meta, block.bytes), block.bytes);
    this.#pending.push({ meta, blockBytes: block.bytes.length });
    for (const day of block.days) this.#days.add(day);
    this.#rows += block.rows;
    this.#bytes += block.bytes.length;
  }

  /** Resolves when everything added is on disk. Rejects with the error of the file system. */
  async commit(): Promise<void> {
    const [chunks, records] = [this.#chunks, this.#pending];
    [this.#chunks, this.#pending] = [[], []];
    const isNew = this.#handle === undefined;
    this.#handle ??= await this.#open(this.path, 'wx', PRIVATE_MODE);
    await writeFully(this.#handle, chunks, this.#durableBytes);
    await this.#handle.datasync();
    if (isNew) await syncDirectory(this.#directory);
    this.#durableBytes += chunks.reduce((bytes, { length }) => bytes + length, 0);
    for (const { meta, blockBytes } of records) this.#sums.add(meta, blockBytes);
  }

  /** Closes the file. Undefined when nothing in it is durable; the file is gone then. */
  async seal(): Promise<SealedSegment | undefined> {
    const sums = this.#sums.values();
    if (sums.length === 0) await this.#discard();
    else await this.#cutOff();
    if (sums.length === 0) return undefined;
    const { path, header, lane } = this;
    return { path, header, sums, lane, durableBytes: this.#durableBytes, verify: false };
  }

  /** What a failed commit left behind must not be taken up after a restart: its exporters were told to send it again. */
  async #cutOff(): Promise<void> {
    const handle = this.#handle;
    await handle?.truncate(this.#durableBytes).catch(() => undefined);
    await handle?.close().catch(() => undefined);
  }

  async #discard(): Promise<void> {
    await this.#handle?.close().catch(() => undefined);
    await unlink(this.path).catch(() => undefined);
  }
}
