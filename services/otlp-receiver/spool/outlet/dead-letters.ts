import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../files.js';
import { segmentName } from '../segments/segment.js';
import {
  encodeHeader,
  encodeRecordHead,
  recordMark,
  recordToken,
  type SegmentHeader,
} from '../segments/segment-format.js';
import type { ScannedRecord } from '../segments/segment-scan.js';

/**
 * Keeps a record that ClickHouse refuses for good, as a segment of its own: moved back into a spool directory it is tried
 * again. Its name and token follow from the record's, so writing it twice leaves one. Resolves with its path when durable.
 */
export async function writeDeadLetter(
  directory: string,
  header: SegmentHeader,
  record: ScannedRecord,
): Promise<string> {
  const token = recordToken(header.token, record.offset);
  const id = createHash('sha256').update(token).digest('hex').slice(0, 32);
  const own: SegmentHeader = { ...header, id, token };
  const path = join(directory, segmentName(own));
  const head = encodeRecordHead(recordMark(id), record.meta(), record.body);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeDurably(path, Buffer.concat([encodeHeader(own), head, record.body]));
  return path;
}
