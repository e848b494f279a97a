import type { NativeBlock } from '../native/block.js';
import type { Sightings } from './sightings.js';

/** Whose data it is and what the receiver holds it to. */
export interface TranscodeContext {
  readonly tenantId: number;
  readonly projectId: bigint;
  /** Time of arrival, the middle of the accept window. */
  readonly nowUnixNano: bigint;
  readonly limits: TranscodeLimits;
  /** Told of what was accepted; without it nothing is noted. */
  readonly sightings?: Sightings;
}

export interface TranscodeLimits {
  /** Oldest time that an item may carry, in days before now. */
  readonly retentionDays: number;
}

/** Why single items are refused; the names are label values of the ledger. */
const REJECT_REASONS = [
  'invalid_id',
  'invalid_utf8',
  'time_out_of_range',
  'nesting_too_deep',
  'missing_name',
  'missing_value',
  'invalid_buckets',
  'invalid_quantile',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What one export becomes. */
export interface TranscodeResult {
  /** Blocks without rows are left out, so an empty request has none. */
  readonly blocks: readonly NativeBlock[];
  /** Items in the blocks. */
  readonly accepted: number;
  readonly rejected: ReadonlyMap<RejectReason, number>;
  /** Names the first refused item, its field and what is wrong; undefined when none was refused. */
  readonly firstRejection: string | undefined;
  /** The same for the first item of each reason, with limit and measured value by themselves. */
  readonly firstByReason?: ReadonlyMap<RejectReason, FirstRejection>;
  /** What the sender should know about items that were accepted. */
  readonly warning?: string | undefined;
}

export interface FirstRejection {
  readonly detail: string;
  readonly limit: string | undefined;
  readonly measured: string | undefined;
}

/**
 * Turns the protobuf bytes of one export request into blocks. Throws AppError `malformed_payload` (with the field) when the
 * bytes are not such a message; single bad items are counted in the result instead.
 */
export type Transcode = (bytes: Uint8Array, context: TranscodeContext) => TranscodeResult;

export function countRejected(result: TranscodeResult): number {
  let count = 0;
  for (const items of result.rejected.values()) count += items;
  return count;
}
