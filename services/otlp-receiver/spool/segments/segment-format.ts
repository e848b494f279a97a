import { randomBytes } from 'node:crypto';
import { crc32c } from './crc32c.js';

/**
 * A segment file is a header frame and record frames, back to back. A frame, little-endian:
 *
 * | Bytes | What                                                              |
 * | ----- | ----------------------------------------------------------------- |
 * | 8     | mark: `GOBSPOOL` for the header, the segment's own for its records |
 * | 2     | version of the format                                              |
 * | 2     | zero                                                               |
 * | 4     | length of the description                                          |
 * | 4     | length of the body                                                 |
 * | 4     | CRC-32C of the 20 bytes before and of everything after             |
 * | …     | description, JSON: `SegmentHeader` or `RecordMeta`                 |
 * | …     | body: one block in ClickHouse's Native format; the header has none |
 *
 * The mark of records is random per segment. A body is written by a tenant and could imitate a frame; it cannot know the
 * mark, so a search for the next frame behind a damaged one never takes up what a tenant planted.
 */
export const FRAME_BYTES = 24;
export const FORMAT_VERSION = 1;
export const HEADER_MARK: Buffer = Buffer.from('GOBSPOOL', 'latin1');
export const MARK_BYTES = 8;
const CRC_OFFSET = 20;

/** What holds for all records of a segment. */
export interface SegmentHeader {
  /** 32 hex digits; the first 16 are the mark of the records. */
  readonly id: string;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Deduplication token of the segment's one insert: fixed here, before the first attempt. */
  readonly token: string;
  readonly createdUnixMs: number;
}

/** Whose record it is and what it is counted as. */
export interface RecordMeta {
  readonly tenantId: number;
  readonly signal: string;
  /** Items of the export, and bytes of its request: 0 in all but one record of an export that fills several tables. */
  readonly items: number;
  readonly bytes: number;
  readonly rows: number;
  /** UTC days (since 1970) of the rows. */
  readonly days: readonly number[];
  /** Decimal. */
  readonly projectId?: string;
  /** When the export arrived, in minutes since 1970. */
  readonly minute?: number;
  /** Items and bytes by service. */
  readonly shares?: readonly (readonly [service: string, items: number, bytes: number])[];
}

export interface SegmentTarget {
  readonly worker: string;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export function newSegmentHeader({ worker, database, table, columns }: SegmentTarget): SegmentHeader {
  const id = randomBytes(16).toString('hex');
  return { id, database, table, columns, token: `${worker}/${id}/${table}`, createdUnixMs: Date.now() };
}

/** Token of one record's own insert, once the segment cannot be inserted as a whole: a record keeps its place for ever. */
export function recordToken(token: string, offset: number): string {
  return `${token}/${offset}`;
}

export function recordMark(id: string): Buffer {
  return Buffer.from(id.slice(0, 2 * MARK_BYTES), 'hex');
}

export function encodeHeader(header: SegmentHeader): Buffer {
  return encodeFrameHead(HEADER_MARK, header, new Uint8Array());
}

/** Everything of a record's frame but the body, which follows it unchanged. */
export function encodeRecordHead(mark: Buffer, meta: RecordMeta, body: Uint8Array): Buffer {
  return encodeFrameHead(mark, meta, body);
}

function encodeFrameHead(mark: Buffer, description: unknown, body: Uint8Array): Buffer {
  const text = JSON.stringify(description);
  const textBytes = Buffer.byteLength(text, 'utf8');
  const head = Buffer.allocUnsafe(FRAME_BYTES + textBytes);
  mark.copy(head);
  head.writeUInt16LE(FORMAT_VERSION, 8);
  head.writeUInt16LE(0, 10);
  head.writeUInt32LE(textBytes, 12);
  head.writeUInt32LE(body.length, 16);
  head.write(text, FRAME_BYTES, 'utf8');
  head.writeUInt32LE(frameChecksum(head, body), CRC_OFFSET);
  return head;
}

/** `head` is the frame up to its body. */
export function frameChecksum(head: Uint8Array, body: Uint8Array): number {
  return crc32c(body, crc32c(head.subarray(FRAME_BYTES), crc32c(head.subarray(0, CRC_OFFSET))));
}
