import type { TimeRange } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkName } from '../access/check-name.js';
import type { Reading } from '../clickhouse/reading.js';
import type { IngestOptions } from '../sql/ingest/ledger.js';
import { intersect, readRange, storedRange } from '../time/time-range.js';

const SIGNALS = ['', 'traces', 'metrics', 'logs'];
const MAX_LIMIT = 1_000;

/** What is asked for, within what is kept; undefined when nothing of the range is. */
export function readAsked(
  request: { readonly range?: TimeRange | undefined; readonly signal: string },
  { nowMs, reader }: Reading,
): IngestOptions | undefined {
  const { signal } = request;
  if (!SIGNALS.includes(signal))
    throw new AppError('invalid_argument', `signal must be traces, metrics or logs, got "${signal}".`, {
      field: 'signal',
    });
  const range = intersect(readRange(request.range), storedRange(nowMs, reader.retentionDays));
  return range && { range, signal };
}

export function readName(field: string, name: string): string {
  checkName(field, name);
  return name;
}

export const readLimit = (limit: number, byDefault: number): number =>
  Math.min(limit || byDefault, MAX_LIMIT);
