import { z } from 'zod';
import { isCellAddress } from '../../../../lib/store/cell-address.js';
import {
  FORMAT_VERSION,
  FRAME_BYTES,
  frameChecksum,
  HEADER_MARK,
  MARK_BYTES,
  type RecordMeta,
  recordMark,
  type SegmentHeader,
} from './segment-format.js';

export interface ScannedRecord {
  /** Where its frame begins; names the record for ever. */
  readonly offset: number;
  readonly frame: Buffer;
  readonly body: Buffer;
  /** Read on demand: sending a segment does not need it. Throws when it is not a description. */
  meta(): RecordMeta;
}

/**
 * `torn`: the end is not a complete frame and nothing valid follows, as a crash leaves it. `corrupt`: valid frames follow
 * what is damaged, which no crash of ours explains.
 */
export type Damage = 'none' | 'torn' | 'corrupt';

export interface ScannedSegment {
  readonly header: SegmentHeader;
  readonly records: readonly ScannedRecord[];
  readonly damage: Damage;
  /** Length up to the first damage. */
  readonly soundBytes: number;
}

export interface ScanOptions {
  /** Whether checksums are compared; what this process wrote moments ago need not be. */
  readonly verify: boolean;
}

const headerSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  database: z.string().refine(isCellAddress),
  table: z.string().min(1),
  columns: z.array(z.string().min(1)).min(1),
  token: z.string().min(1),
  createdUnixMs: z.number(),
});

const count = z.number().int().nonnegative();
const metaSchema = z.object({
  tenantId: count,
  signal: z.string().min(1),
  items: count,
  bytes: count,
  rows: count,
  days: z.array(count),
  projectId: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  minute: count.optional(),
  shares: z.array(z.tuple([z.string(), count, count])).optional(),
});

/** Undefined when the bytes are not a segment, or one of a version that is not known. Never throws, whatever the bytes are. */
export function scanSegment(bytes: Buffer, { verify }: ScanOptions): ScannedSegment | undefined {
  const headerFrame = frameAt(bytes, 0, { mark: HEADER_MARK, verify: true });
  const header = headerFrame && parseHeader(headerFrame);
  if (!header) return undefined;
  const options = { mark: recordMark(header.id), verify };
  const records: ScannedRecord[] = [];
  let offset = headerFrame.end;
  let soundBytes: number | undefined;
  while (offset < bytes.length) {
    const frame = frameAt(bytes, offset, options) ?? nextFrame(bytes, offset + 1, options);
    if (frame?.offset !== offset) soundBytes ??= offset;
    if (!frame) break;
    records.push(toRecord(bytes, frame));
    offset = frame.end;
  }
  const damage = soundBytes === undefined ? 'none' : offset > soundBytes ? 'corrupt' : 'torn';
  return { header, records, damage, soundBytes: soundBytes ?? bytes.length };
}

interface Frame {
  readonly offset: number;
  readonly text: Buffer;
  readonly body: Buffer;
  readonly end: number;
}

interface FrameOptions extends ScanOptions {
  readonly mark: Buffer;
}

function frameAt(bytes: Buffer, offset: number, { mark, verify }: FrameOptions): Frame | undefined {
  if (offset + FRAME_BYTES > bytes.length) return undefined;
  if (mark.compare(bytes, offset, offset + MARK_BYTES) !== 0) return undefined;
  if (bytes.readUInt32LE(offset + 8) !== FORMAT_VERSION) return undefined;
  const bodyOffset = offset + FRAME_BYTES + bytes.readUInt32LE(offset + 12);
  const end = bodyOffset + bytes.readUInt32LE(offset + 16);
  if (end > bytes.length) return undefined;
  const body = bytes.subarray(bodyOffset, end);
  const checksum = bytes.readUInt32LE(offset + 20);
  if (verify && frameChecksum(bytes.subarray(offset, bodyOffset), body) !== checksum) return undefined;
  return { offset, text: bytes.subarray(offset + FRAME_BYTES, bodyOffset), body, end };
}

/** Only places with the segment's random mark are looked at, so the search is linear. */
function nextFrame(bytes: Buffer, from: number, options: FrameOptions): Frame | undefined {
  for (let at = bytes.indexOf(options.mark, from); at >= 0; at = bytes.indexOf(options.mark, at + 1)) {
    const frame = frameAt(bytes, at, options);
    if (frame) return frame;
  }
  return undefined;
}

function toRecord(bytes: Buffer, { offset, text, body, end }: Frame): ScannedRecord {
  const meta = () => metaSchema.parse(JSON.parse(text.toString('utf8')));
  return { offset, frame: bytes.subarray(offset, end), body, meta };
}

function parseHeader({ text }: Frame): SegmentHeader | undefined {
  try {
    return headerSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
}
