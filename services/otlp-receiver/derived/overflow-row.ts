import type { SeriesRow } from '../transcode/metric-columns.js';

/**
 * The label by which SDKs mark what they aggregate over their own cardinality limit.
 * https://github.com/open-telemetry/opentelemetry-specification/blob/v1.49.0/specification/metrics/sdk.md#overflow-attribute
 */
export const OVERFLOW_LABEL = 'otel.metric.overflow';

const SERVICE_NAME = 'service.name';
const SECONDS_PER_DAY = 86_400;

/**
 * The row of a series over the cap: all that is left of its labels is the service and the overflow label. Its id stays its own,
 * so that its points are never mixed with others': counters are still differenced and distributions added stream by stream, and
 * sums over metric or service are exact, whatever the temporality. It counts as older than any row with labels for the same
 * series, so that merging keeps those if another receiver has let the series in.
 */
export function overflowRow(row: SeriesRow): SeriesRow {
  return {
    ...row,
    ResourceAttrs: row.ResourceAttrs.filter(([key]) => key === SERVICE_NAME),
    ScopeName: '',
    ScopeVersion: '',
    ScopeAttrs: [],
    Attrs: [[OVERFLOW_LABEL, 'true']],
    LastSeen: row.Day * SECONDS_PER_DAY,
  };
}
