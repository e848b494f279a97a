import type { DurationQuantiles } from '../../../gen/es/gob/query/v1/query_pb.js';

/** Quantiles as members of an answer; 0 where nothing was measured. */
export function toDurationQuantiles(durations: DurationQuantiles | undefined) {
  return {
    p50_duration_nano: durations?.p50Nano ?? 0n,
    p75_duration_nano: durations?.p75Nano ?? 0n,
    p90_duration_nano: durations?.p90Nano ?? 0n,
    p95_duration_nano: durations?.p95Nano ?? 0n,
    p99_duration_nano: durations?.p99Nano ?? 0n,
  };
}
