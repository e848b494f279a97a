// The two layouts that are compared, and how the rows of `_query-rows.ts` are put into them.
import {
  ALL_SERIES,
  logRows,
  pointRows,
  SERIES_COLUMNS,
  type Signal,
  type Slice,
  spanRows,
} from './_query-rows.js';

export const OURS = 'gob_cell_default';
export const THEIRS = 'otel';
export const TENANT_ID = 1;
export const PROJECT_ID = 1n;

const OWNER = `${TENANT_ID} AS TenantId, ${PROJECT_ID} AS ProjectId`;
const SCOPE = "'otelhttp' AS ScopeName, '0.49.0' AS ScopeVersion";
const NUMBERS =
  "map('db.rows', toFloat64(db_rows), 'http.response.status_code', toFloat64(http_status), 'server.port', toFloat64(443))";

/** Columns by name from expressions over the rows of a signal. */
const into = (table: string, columns: string, rows: string) => {
  const names = [...columns.matchAll(/ AS `?([A-Z][\w.]*)`?(?=,|$)/gm)].map(([, name]) => `\`${name}\``);
  return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${columns} FROM (${rows})`;
};

const OUR_SPANS = `${OWNER}, time AS Timestamp, trace_id AS TraceId, span_id AS SpanId, parent_id AS ParentSpanId, 257 AS Flags,
  service AS ServiceName, operation AS SpanName, toInt8(kind) AS SpanKind, duration AS DurationNs, toInt8(is_error * 2) AS StatusCode,
  cityHash64(resource) AS ResourceHash, resource AS ResourceAttrs, ${SCOPE}, attributes AS Attrs, ${NUMBERS} AS AttrsNum`;
const THEIR_SPANS = `time AS Timestamp, lower(hex(trace_id)) AS TraceId, lower(hex(span_id)) AS SpanId,
  if(i = 0, '', lower(hex(parent_id))) AS ParentSpanId, service AS ServiceName, operation AS SpanName,
  ['Internal', 'Server', 'Client', 'Producer', 'Consumer'][kind] AS SpanKind, duration AS Duration, if(is_error, 'Error', 'Unset') AS StatusCode,
  resource AS ResourceAttributes, ${SCOPE}, attributes AS SpanAttributes`;
const OUR_LOGS = `${OWNER}, time AS Timestamp, time AS ObservedTimestamp, trace_id AS TraceId, span_id AS SpanId, 1 AS TraceFlags,
  severity AS SeverityNumber, severity_text AS SeverityText, service AS ServiceName, body AS Body, cityHash64(resource) AS ResourceHash,
  resource AS ResourceAttrs, ${SCOPE}, attributes AS Attrs`;
const THEIR_LOGS = `time AS Timestamp, if(h % 2 = 0, lower(hex(trace_id)), '') AS TraceId, if(h % 2 = 0, lower(hex(span_id)), '') AS SpanId,
  1 AS TraceFlags, severity AS SeverityNumber, severity_text AS SeverityText, service AS ServiceName, body AS Body,
  resource AS ResourceAttributes, ${SCOPE}, attributes AS LogAttributes`;
const OUR_POINTS = `${OWNER}, metric AS MetricName, series_id AS SeriesId, time AS Timestamp, start_time AS StartTime, value AS Value, true AS IsInt`;
const THEIR_POINTS = `resource AS ResourceAttributes, ${SCOPE}, service AS ServiceName, metric AS MetricName, '{request}' AS MetricUnit,
  attributes AS Attributes, start_time AS StartTimeUnix, time AS TimeUnix, value AS Value, 2 AS AggregationTemporality, true AS IsMonotonic`;

/** The inserts of the same rows into one layout and the other. */
export function insertsOf(signal: Signal, slice: Slice): { readonly ours: string; readonly theirs: string } {
  switch (signal) {
    case 'spans':
      return {
        ours: into(`${OURS}.spans`, OUR_SPANS, spanRows(slice)),
        theirs: into(`${THEIRS}.otel_traces`, THEIR_SPANS, spanRows(slice)),
      };
    case 'logs':
      return {
        ours: into(`${OURS}.logs`, OUR_LOGS, logRows(slice)),
        theirs: into(`${THEIRS}.otel_logs`, THEIR_LOGS, logRows(slice)),
      };
    case 'points':
      return {
        ours: into(`${OURS}.metric_sum`, OUR_POINTS, pointRows(slice)),
        theirs: into(`${THEIRS}.otel_metrics_sum`, THEIR_POINTS, pointRows(slice)),
      };
  }
}

/** Our series, which the receiver writes once a day. */
export function insertSeries(days: readonly number[]): string {
  const columns = `${OWNER}, toDate(day) AS Day, metric AS MetricName, series_id AS SeriesId, 'sum' AS Type, 'cumulative' AS Temporality, true AS IsMonotonic,
  '{request}' AS Unit, service AS ServiceName, resource AS ResourceAttrs, ${SCOPE}, attributes AS Attrs, toDateTime((day + 1) * 86400 - 1, 'UTC') AS LastSeen`;
  const rows = `SELECT number AS series, arrayJoin([${days.join(', ')}]) AS day, ${SERIES_COLUMNS} FROM numbers(${ALL_SERIES})`;
  return into(`${OURS}.metric_series`, columns, rows);
}

const MAP = 'Map(LowCardinality(String), String)';
const bloom = (maps: Readonly<Record<string, string>>) =>
  Object.entries(maps)
    .map(
      ([name, column]) => `INDEX idx_${name}_key mapKeys(${column}) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_${name}_value mapValues(${column}) TYPE bloom_filter(0.01) GRANULARITY 1`,
    )
    .join(',\n  ');
const text = (maps: Readonly<Record<string, string>>) =>
  Object.entries(maps)
    .map(
      ([name, column]) => `INDEX idx_${name}_key mapKeys(${column}) TYPE text(tokenizer = 'array'),
  INDEX idx_${name}_value mapValues(${column}) TYPE text(tokenizer = 'array')`,
    )
    .join(',\n  ');
const DAILY = (time: string) => `ENGINE = MergeTree PARTITION BY toDate(${time})`;
const SETTINGS =
  "SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)'";

/**
 * The tables of the OpenTelemetry Collector's ClickHouse exporter: traces as of v0.162, logs since v0.151 on a server with text
 * indexes, sums since v0.160. Columns that stay empty here are left out only where they are neither in a key nor in an index.
 */
export const THEIR_TABLES: readonly string[] = [
  `CREATE TABLE ${THEIRS}.otel_traces (
  Timestamp DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)), TraceId String, SpanId String, ParentSpanId String, TraceState String,
  SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String), ResourceAttributes ${MAP},
  ScopeName String, ScopeVersion String, SpanAttributes ${MAP}, Duration UInt64, StatusCode LowCardinality(String), StatusMessage String,
  Events Nested (Timestamp DateTime64(9, 'UTC'), Name LowCardinality(String), Attributes ${MAP}),
  Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${MAP}),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  ${bloom({ res_attr: 'ResourceAttributes', span_attr: 'SpanAttributes' })},
  INDEX idx_duration Duration TYPE minmax GRANULARITY 1
) ${DAILY('Timestamp')} ORDER BY (ServiceName, SpanName, toDateTime(Timestamp)) ${SETTINGS}`,
  `CREATE TABLE ${THEIRS}.otel_traces_trace_id_ts (
  TraceId String, Start DateTime('UTC') CODEC(Delta, ZSTD(1)), End DateTime('UTC') CODEC(Delta, ZSTD(1)),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
) ${DAILY('Start')} ORDER BY (TraceId, Start) ${SETTINGS}`,
  `CREATE MATERIALIZED VIEW ${THEIRS}.otel_traces_trace_id_ts_mv TO ${THEIRS}.otel_traces_trace_id_ts AS
SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM ${THEIRS}.otel_traces WHERE TraceId != '' GROUP BY TraceId`,
  `CREATE TABLE ${THEIRS}.otel_logs (
  Timestamp DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)), TraceId String, SpanId String, TraceFlags UInt8,
  SeverityText LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String), Body String,
  ResourceSchemaUrl LowCardinality(String), ResourceAttributes ${MAP}, ScopeSchemaUrl LowCardinality(String), ScopeName String,
  ScopeVersion LowCardinality(String), ScopeAttributes ${MAP}, LogAttributes ${MAP}, EventName String,
  INDEX idx_trace_id TraceId TYPE text(tokenizer = 'array'),
  ${text({ res_attr: 'ResourceAttributes', scope_attr: 'ScopeAttributes', log_attr: 'LogAttributes' })},
  INDEX idx_body lower(Body) TYPE text(tokenizer = 'splitByNonAlpha')
) ${DAILY('Timestamp')} ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp) ${SETTINGS}`,
  `CREATE TABLE ${THEIRS}.otel_metrics_sum (
  ResourceAttributes ${MAP}, ResourceSchemaUrl String, ScopeName String, ScopeVersion String, ScopeAttributes ${MAP},
  ScopeDroppedAttrCount UInt32, ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName LowCardinality(String),
  MetricDescription String, MetricUnit String, Attributes ${MAP}, StartTimeUnix DateTime('UTC') CODEC(Delta, ZSTD(1)),
  TimeUnix DateTime('UTC') CODEC(Delta, ZSTD(1)), Value Float64, Flags UInt32,
  Exemplars Nested (FilteredAttributes ${MAP}, TimeUnix DateTime('UTC'), Value Float64, SpanId String, TraceId String),
  AggregationTemporality Int32, IsMonotonic Bool,
  ${bloom({ res_attr: 'ResourceAttributes', scope_attr: 'ScopeAttributes', attr: 'Attributes' })},
  INDEX idx_time TimeUnix TYPE minmax GRANULARITY 1
) ${DAILY('TimeUnix')} ORDER BY (ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix) ${SETTINGS}`,
];
