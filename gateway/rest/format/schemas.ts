import { z } from 'zod';

/** An exact 64-bit integer, written as a JSON number. */
export const int64 = z.bigint().meta({ type: 'integer', format: 'int64' });
export const timestampText = z
  .string()
  .meta({ format: 'date-time', description: 'ISO 8601 in UTC, nine fraction digits.' });
export const traceIdText = z.string().meta({ description: '8-4-4-4-12 lower-case hex digits.' });
export const statusCode = z.enum(['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']);
export const textMap = z.record(z.string(), z.string());
export const names = z.array(z.object({ name: z.string() }));
/** Quantiles come from histograms whose buckets are 19 % wide. */
export const durationQuantiles = {
  p50_duration_nano: int64,
  p75_duration_nano: int64,
  p90_duration_nano: int64,
  p95_duration_nano: int64,
  p99_duration_nano: int64,
};
