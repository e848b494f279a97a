import { addressSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { bytes, durationMs, integer } from '../../lib/config/value-types.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';

/** What one call may cost. The time is for the whole call, everything else for each of its statements. */
export const queryBudgetSettings = defineSettings({
  queryMaxExecutionMs: {
    yaml: 'query.max_execution_time',
    env: 'QUERY_MAX_EXECUTION_TIME',
    type: durationMs,
    default: '20s',
    description: 'Longest time that one query call may take in ClickHouse, all its statements together.',
  },
  queryMaxRowsToRead: {
    yaml: 'query.max_rows_to_read',
    env: 'QUERY_MAX_ROWS_TO_READ',
    type: integer(1_000, 1_000_000_000_000),
    default: '500000000',
    description: 'Most rows that one statement may read.',
  },
  queryMaxBytesToRead: {
    yaml: 'query.max_bytes_to_read',
    env: 'QUERY_MAX_BYTES_TO_READ',
    type: bytes,
    default: '100GiB',
    description: 'Most uncompressed bytes that one statement may read.',
  },
  queryMaxMemoryBytes: {
    yaml: 'query.max_memory',
    env: 'QUERY_MAX_MEMORY',
    type: bytes,
    default: '2GiB',
    description: 'Most memory that one statement may use in ClickHouse.',
  },
  queryMaxTraceSpans: {
    yaml: 'query.max_trace_spans',
    env: 'QUERY_MAX_TRACE_SPANS',
    type: integer(1, 1_000_000),
    default: '100000',
    description: 'Most spans of one trace in one answer; a larger trace is refused, never cut.',
  },
  queryMaxMetricSeries: {
    yaml: 'query.max_metric_series',
    env: 'QUERY_MAX_METRIC_SERIES',
    type: integer(1, 100_000),
    default: '1000',
    description:
      'Most lines (series or groups of them) in one answer about a metric; more are refused, never cut.',
  },
  queryMaxMetricPoints: {
    yaml: 'query.max_metric_points',
    env: 'QUERY_MAX_METRIC_POINTS',
    type: integer(1, 10_000_000),
    default: '200000',
    description:
      'Most values in one answer about a metric, all its lines together; more are refused, never cut.',
  },
});

export const querySettings = defineSettings({
  queryAddress: addressSettings.queryAddress,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  ...clickhouseSettings,
  ...queryBudgetSettings,
});

export type QueryConfig = ConfigOf<typeof querySettings>;
export type QueryBudget = ConfigOf<typeof queryBudgetSettings>;
