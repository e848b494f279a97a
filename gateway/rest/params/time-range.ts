import { z } from 'zod';
import { AppError } from '../../../lib/errors/app-error.js';
import { parseTimestamp } from '../format/timestamp.js';

/** Unix nanoseconds, both ends included. */
export interface TimeRange {
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
}

const DEFAULT_PERIOD_NANO = 3_600_000_000_000n;
const UNIT_NANO: Readonly<Record<string, bigint>> = {
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

/** End of a signed 64-bit count of nanoseconds, the latest instant that can be stored or asked for. */
const MAX_UNIX_NANO = 2n ** 63n - 1n;

const timestamp = z.string().transform((text, context) => {
  const unixNano = parseTimestamp(text);
  if (unixNano !== undefined && unixNano <= MAX_UNIX_NANO) return unixNano;
  context.addIssue({
    code: 'custom',
    message:
      unixNano === undefined
        ? 'expected a time in UTC such as 2031-02-03T04:05:06.007Z, with up to 9 fraction digits'
        : 'expected a time before the year 2262',
  });
  return z.NEVER;
});

/** The members of a schema that say which time is meant. */
export const timeRangeParams = {
  period: z
    .string()
    .regex(/^0*[1-9]\d{0,5}[mhd]$/, 'expected a number of minutes, hours or days such as 15m, 4h or 7d')
    .optional()
    .describe('Time up to now, for example `1h`. Default 1h. Not together with start_time and end_time.'),
  start_time: timestamp.optional().describe('First instant, ISO 8601 in UTC with up to 9 fraction digits.'),
  end_time: timestamp.optional().describe('Last instant, included.'),
};

export interface TimeRangeInput {
  readonly period?: string | undefined;
  readonly start_time?: bigint | undefined;
  readonly end_time?: bigint | undefined;
}

/** The range of a request: exactly one form, or the last hour. */
export function toTimeRange({ period, start_time, end_time }: TimeRangeInput, nowMs: number): TimeRange {
  if (start_time === undefined && end_time === undefined) return lastPeriod(period, nowMs);
  if (period !== undefined)
    throw refusal('period', 'period cannot be combined with start_time and end_time; send one or the other.');
  if (start_time === undefined) throw refusal('start_time', 'start_time is missing next to end_time.');
  if (end_time === undefined) throw refusal('end_time', 'end_time is missing next to start_time.');
  if (start_time > end_time) throw refusal('end_time', 'end_time is before start_time.');
  return { startUnixNano: start_time, endUnixNano: end_time };
}

/** The range of a request when one is given in any form. */
export function toGivenTimeRange(input: TimeRangeInput, nowMs: number): TimeRange | undefined {
  const isGiven =
    input.period !== undefined || input.start_time !== undefined || input.end_time !== undefined;
  return isGiven ? toTimeRange(input, nowMs) : undefined;
}

function lastPeriod(period: string | undefined, nowMs: number): TimeRange {
  const endUnixNano = BigInt(Math.trunc(nowMs)) * 1_000_000n;
  const unit = UNIT_NANO[period?.at(-1) ?? ''] ?? 0n;
  const width = period === undefined ? DEFAULT_PERIOD_NANO : BigInt(period.slice(0, -1)) * unit;
  return { startUnixNano: width < endUnixNano ? endUnixNano - width : 0n, endUnixNano };
}

function refusal(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
