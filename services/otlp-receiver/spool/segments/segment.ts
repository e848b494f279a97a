import type { Sum } from '../sums.js';
import type { SegmentHeader } from './segment-format.js';

/** Name of a segment's file: creation time in milliseconds, so that names sort by age, and the segment's id. */
export const SEGMENT_NAME: RegExp = /^\d{13}-[0-9a-f]{32}\.(seg|split)$/;
/** Instead of `.seg` once the segment was refused as a whole: its records have inserts of their own from then on. */
export const SPLIT_EXTENSION = '.split';

export function segmentName({ createdUnixMs, id }: Pick<SegmentHeader, 'createdUnixMs' | 'id'>): string {
  return `${String(createdUnixMs).padStart(13, '0')}-${id}.seg`;
}

/** A segment that grows no more and waits for its insert. */
export interface SealedSegment {
  readonly path: string;
  readonly header: SegmentHeader;
  /** Bytes that are durable; what may lie behind them was never acknowledged. */
  readonly durableBytes: number;
  readonly sums: readonly Sum[];
  /** The tenant that has it for itself, or SHARED_LANE. */
  readonly lane: number;
  /** Whether checksums are compared when it is read: it was written by an earlier process. */
  readonly verify: boolean;
}

/** Lane of segments that tenants share. No tenant has this id. */
export const SHARED_LANE = 0;

/** Segments of the same key wait for each other. */
export function laneKey({ header, lane }: Pick<SealedSegment, 'header' | 'lane'>): string {
  return `${lane} ${tableKey(header)}`;
}

/** Segments of the same key go into the same table. */
export function tableKey({ database, table }: Pick<SegmentHeader, 'database' | 'table'>): string {
  return `${database}.${table}`;
}
