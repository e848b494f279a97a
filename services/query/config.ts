import { addressSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { bytes, durationMs, integer, type ValueType } from '../../lib/config/value-types.js';
import { redisSettings } from '../../lib/kv/redis/redis-settings.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';

const MIN_KEY_CHARACTERS = 32;

const secretText: ValueType<string> = {
  label: `text of at least ${MIN_KEY_CHARACTERS} characters`,
  parse(value) {
    if (value.length >= MIN_KEY_CHARACTERS) return value;
    throw new Error(`expected at least ${MIN_KEY_CHARACTERS} characters, got ${value.length}`);
  },
};

/**
 * What one call may cost, whosever it is: a tenant's own limits are in force below these. Time, rows and bytes are those of
 * all statements of a call together, memory that of each.
 */
export const queryBudgetSettings = defineSettings({
  queryMaxExecutionMs: {
    yaml: 'query.max_execution_time',
    env: 'QUERY_MAX_EXECUTION_TIME',
    type: durationMs,
    default: '5m',
    description:
      'Longest time that one query call may take in ClickHouse, all its statements together, whatever the limit of its tenant (`query_max_seconds`). GATEWAY_REQUEST_TIMEOUT ends calls over REST, too.',
  },
  queryMaxRowsToRead: {
    yaml: 'query.max_rows_to_read',
    env: 'QUERY_MAX_ROWS_TO_READ',
    type: integer(1_000, 1_000_000_000_000),
    default: '1000000000000',
    description:
      'Most rows that one query call may read, whatever the limit of its tenant (`query_max_read_rows`).',
  },
  queryMaxBytesToRead: {
    yaml: 'query.max_bytes_to_read',
    env: 'QUERY_MAX_BYTES_TO_READ',
    type: bytes,
    default: '1024TiB',
    description:
      'Most uncompressed bytes that one query call may read, whatever the limit of its tenant (`query_max_read_bytes`).',
  },
  queryMaxMemoryBytes: {
    yaml: 'query.max_memory',
    env: 'QUERY_MAX_MEMORY',
    type: bytes,
    default: '16GiB',
    description:
      'Most memory that one statement may use in ClickHouse, whatever the limit of its tenant (`query_max_memory_bytes`).',
  },
  queryMaxTraceSpans: {
    yaml: 'query.max_trace_spans',
    env: 'QUERY_MAX_TRACE_SPANS',
    type: integer(1, 1_000_000),
    default: '10000',
    description: 'Most spans in one answer about a trace; the rest of a larger trace follows by page token.',
  },
  queryMaxConcurrentCalls: {
    yaml: 'query.max_concurrent_calls',
    env: 'QUERY_MAX_CONCURRENT_CALLS',
    type: integer(1, 1_000),
    default: '1000',
    description:
      'Most query calls of one tenant that run at a time, whatever the limit of the tenant (`query_max_concurrent`): in all replicas with one REDIS_URL together, in each without. A few more wait for their turn; the rest is refused with 429.',
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

/** What following logs live may cost. */
export const tailSettings = defineSettings({
  queryTailMaxViewers: {
    yaml: 'query.tail_max_viewers',
    env: 'QUERY_TAIL_MAX_VIEWERS',
    type: integer(0, 10_000),
    default: '20',
    description:
      'Most live tails of one tenant at a time, in each replica. Those with the same filter share one poll of ClickHouse per second.',
  },
  queryTailOverlapMs: {
    yaml: 'query.tail_overlap',
    env: 'QUERY_TAIL_OVERLAP',
    type: durationMs,
    default: '2m',
    description:
      'How late a log record may arrive, by its own time, and still be shown in a live tail. At most 1h is used.',
  },
});

export const querySettings = defineSettings({
  queryAddress: addressSettings.queryAddress,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  ...clickhouseSettings,
  ...redisSettings,
  ...queryBudgetSettings,
  ...tailSettings,
  queryPageTokenKey: {
    yaml: 'query.page_token_key',
    env: 'QUERY_PAGE_TOKEN_KEY',
    type: secretText,
    default: undefined,
    secret: true,
    description:
      'Key that page tokens are sealed with, at least 32 characters. All replicas need the same. Unset: made at start, so that a listing must begin anew after a restart or at another replica.',
  },
});

export type QueryConfig = ConfigOf<typeof querySettings>;
export type TailConfig = ConfigOf<typeof tailSettings>;
export type QueryBudget = ConfigOf<typeof queryBudgetSettings>;
