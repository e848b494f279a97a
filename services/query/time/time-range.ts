import type { TimeRange } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';

/** A closed range, Unix nanoseconds. */
export interface Range {
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
}

export const HOUR_NANO = 3_600_000_000_000n;
const DAY_NANO = 24n * HOUR_NANO;
/**
 * Clocks of senders run ahead. Ingest lets in less than this much future, so later instants hold nothing; the cut also keeps
 * ranges within what ClickHouse's DateTime can express.
 */
const FUTURE_NANO = DAY_NANO;
/** End of a signed 64-bit count of nanoseconds, in the year 2262. */
const MAX_UNIX_NANO = 2n ** 63n - 1n;

/** Where rows of a tenant can lie at all: from the edge of its retention to a little ahead of now. */
export function storedRange(nowMs: number, retentionDays: number): Range {
  const nowUnixNano = BigInt(Math.trunc(nowMs)) * 1_000_000n;
  return {
    startUnixNano: nowUnixNano - BigInt(retentionDays) * DAY_NANO,
    endUnixNano: nowUnixNano + FUTURE_NANO,
  };
}

/** The range asked for; refuses a missing, reversed or unrepresentable one. */
export function readRange(range: TimeRange | undefined): Range {
  if (!range) throw invalid('range', 'range is required.');
  const { startUnixNano, endUnixNano } = range;
  if (startUnixNano > MAX_UNIX_NANO || endUnixNano > MAX_UNIX_NANO)
    throw invalid('range', `range must end before the year 2262: at most ${MAX_UNIX_NANO} ns.`);
  if (startUnixNano > endUnixNano)
    throw invalid('range', `range is reversed: it starts at ${startUnixNano} and ends at ${endUnixNano} ns.`);
  return { startUnixNano, endUnixNano };
}

/** What two ranges share; undefined when nothing. */
export function intersect(a: Range, b: Range): Range | undefined {
  const startUnixNano = later(a.startUnixNano, b.startUnixNano);
  const endUnixNano = earlier(a.endUnixNano, b.endUnixNano);
  return startUnixNano <= endUnixNano ? { startUnixNano, endUnixNano } : undefined;
}

export function earlier(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function later(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
