-- Spans and what is derived from them. Every key begins with tenant and project, because every query is about one project.
-- The day is the partition everywhere, so that retention is DROP PARTITION.

-- step: create_spans
-- Attribute maps have sorted keys and no duplicates; arrays, key-value lists and bytes are JSON text. AttrsNum repeats the
-- numeric attributes, so that range filters need no casts. Items are `key=value` texts computed on read.
-- The hour in the key prunes only when toStartOfHour(Timestamp) itself is in WHERE, next to the bounds of Timestamp.
-- Indexes: `key=value` equality on span attributes has a bloom filter instead of a text index: on one million spans with
-- twelve attributes two text indexes took half of the whole insert CPU (13.5 against 7 to 9 microseconds per span) and a
-- quarter of the disk, a bloom filter about a fifth, and a bloom filter still answers 3.7 times faster than none. Resource
-- items have no index at all: within one service they hardly differ, so the service in the key prunes nearly as well.
CREATE TABLE IF NOT EXISTS {database}.spans {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  Timestamp DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
  TraceId FixedString(16),
  SpanId FixedString(8),
  ParentSpanId FixedString(8),
  TraceState String,
  Flags UInt32 CODEC(T64, ZSTD(1)),
  ServiceName LowCardinality(String),
  SpanName LowCardinality(String),
  SpanKind Enum8('Unspecified' = 0, 'Internal' = 1, 'Server' = 2, 'Client' = 3, 'Producer' = 4, 'Consumer' = 5),
  DurationNs UInt64 CODEC(T64, ZSTD(1)),
  StatusCode Enum8('Unset' = 0, 'Ok' = 1, 'Error' = 2),
  StatusMessage String,
  ResourceHash UInt64,
  ResourceAttrs Map(LowCardinality(String), String),
  ResourceSchemaUrl LowCardinality(String),
  ScopeName LowCardinality(String),
  ScopeVersion LowCardinality(String),
  ScopeAttrs Map(LowCardinality(String), String),
  ScopeSchemaUrl LowCardinality(String),
  Attrs Map(LowCardinality(String), String),
  AttrsNum Map(LowCardinality(String), Float64),
  `Events.Timestamp` Array(DateTime64(9, 'UTC')),
  `Events.Name` Array(LowCardinality(String)),
  `Events.Attrs` Array(Map(LowCardinality(String), String)),
  `Links.TraceId` Array(FixedString(16)),
  `Links.SpanId` Array(FixedString(8)),
  `Links.TraceState` Array(String),
  `Links.Attrs` Array(Map(LowCardinality(String), String)),
  DroppedAttrs UInt32 CODEC(T64, ZSTD(1)),
  DroppedEvents UInt32 CODEC(T64, ZSTD(1)),
  DroppedLinks UInt32 CODEC(T64, ZSTD(1)),
  HttpRoute LowCardinality(String) MATERIALIZED Attrs['http.route'],
  HttpStatus UInt16 MATERIALIZED toUInt16OrZero(Attrs['http.response.status_code']),
  AttrItems Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(Attrs, 'Array(Tuple(String, String))')),
  ResourceItems Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(ResourceAttrs, 'Array(Tuple(String, String))')),
  INDEX idx_trace TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_key mapKeys(Attrs) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_attr AttrItems TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_duration DurationNs TYPE minmax GRANULARITY 1,
  INDEX idx_status StatusCode TYPE set(3) GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, toStartOfHour(Timestamp), ServiceName, SpanName, Timestamp)
SETTINGS {settings}

-- step: create_trace_index
-- Finds a trace by id alone: one granule per day gives the range of its spans' starts, which then bounds the read of spans.
CREATE TABLE IF NOT EXISTS {database}.trace_index {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  TraceId FixedString(16),
  Day Date,
  Start SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
  End SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
) ENGINE = {engine:AggregatingMergeTree}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, TraceId, Day)
SETTINGS {settings}

-- step: create_trace_index_mv
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.trace_index_mv {on_cluster} TO {database}.trace_index AS
SELECT TenantId, ProjectId, TraceId, toDate(Timestamp) AS Day, min(Timestamp) AS Start, max(Timestamp) AS End
FROM {database}.spans
GROUP BY TenantId, ProjectId, TraceId, Day

-- step: create_trace_summary
-- The trace list. One row per trace, hour and inserted block until merged, so readers group by TraceId; a trace that spans
-- hours stays several rows.
-- Lead is the span that names the trace: roots sort before children, then the earliest wins, so min() over all rows is the
-- root or, while there is none, the earliest span. Its elements belong to one span, which max() per column cannot promise.
CREATE TABLE IF NOT EXISTS {database}.trace_summary {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Hour DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  TraceId FixedString(16),
  Start SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
  End SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Lead SimpleAggregateFunction(min, Tuple(
    IsChild UInt8,
    Start DateTime64(9, 'UTC'),
    Service String,
    Name String,
    Status Enum8('Unset' = 0, 'Ok' = 1, 'Error' = 2),
    DurationNs UInt64)),
  Services SimpleAggregateFunction(groupUniqArrayArray, Array(String))
) ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toDate(Hour)
ORDER BY (TenantId, ProjectId, Hour, TraceId)
SETTINGS {settings}

-- step: create_trace_summary_mv
-- Inside a block the lead is found by one number (child flag in the top bit, then the start), far cheaper than comparing
-- tuples; the table's own min() only ever compares the blocks' winners.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.trace_summary_mv {on_cluster} TO {database}.trace_summary AS
WITH
  ParentSpanId != toFixedString('', 8) AS isChild,
  bitOr(bitShiftLeft(toUInt64(isChild), 63), toUInt64(toUnixTimestamp64Nano(Timestamp))) AS rank
SELECT
  TenantId, ProjectId, toStartOfHour(Timestamp) AS Hour, TraceId,
  min(Timestamp) AS Start,
  max(addNanoseconds(Timestamp, DurationNs)) AS End,
  count() AS Spans,
  countIf(StatusCode = 'Error') AS Errors,
  argMin((toUInt8(isChild), Timestamp, toString(ServiceName), toString(SpanName), StatusCode, DurationNs), rank) AS Lead,
  groupUniqArray(toString(ServiceName)) AS Services
FROM {database}.spans
GROUP BY TenantId, ProjectId, Hour, TraceId

-- step: create_red_1m
-- Rate, errors and durations per minute. Hist is log-linear, four steps per octave: bucket b counts durations in
-- [2^(b/4), 2^((b+1)/4)) nanoseconds, so buckets are at most 19 % wide and merge exactly.
CREATE TABLE IF NOT EXISTS {database}.red_1m {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Minute DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  ServiceName LowCardinality(String),
  SpanName LowCardinality(String),
  SpanKind Enum8('Unspecified' = 0, 'Internal' = 1, 'Server' = 2, 'Client' = 3, 'Producer' = 4, 'Consumer' = 5),
  HttpStatus UInt16,
  Calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  DurationSum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  DurationMax SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  Hist SimpleAggregateFunction(sumMap, Map(Int16, UInt64))
) ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toDate(Minute)
ORDER BY (TenantId, ProjectId, ServiceName, SpanName, SpanKind, HttpStatus, Minute)
SETTINGS {settings}

-- step: create_red_1m_mv
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.red_1m_mv {on_cluster} TO {database}.red_1m AS
SELECT
  TenantId, ProjectId, toStartOfMinute(Timestamp) AS Minute, ServiceName, SpanName, SpanKind, HttpStatus,
  count() AS Calls,
  countIf(StatusCode = 'Error') AS Errors,
  sum(DurationNs) AS DurationSum,
  max(DurationNs) AS DurationMax,
  sumMap(map(toInt16(floor(4 * log2(greatest(DurationNs, 1)))), toUInt64(1))) AS Hist
FROM {database}.spans
GROUP BY TenantId, ProjectId, Minute, ServiceName, SpanName, SpanKind, HttpStatus

-- step: create_service_operations
-- Names for the pickers of services and operations, a row per name and day. red_1m holds the same names, but a row per
-- minute, kind and status with a histogram each: reading all of a project's retention from it for a list of names costs
-- up to a thousand times the rows, and the pickers are asked for on every page.
CREATE TABLE IF NOT EXISTS {database}.service_operations {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Day Date,
  ServiceName LowCardinality(String),
  SpanName LowCardinality(String)
) ENGINE = {engine:ReplacingMergeTree}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, ServiceName, SpanName)
SETTINGS {settings}

-- step: create_service_operations_mv
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.service_operations_mv {on_cluster} TO {database}.service_operations AS
SELECT TenantId, ProjectId, toDate(Timestamp) AS Day, ServiceName, SpanName
FROM {database}.spans
GROUP BY TenantId, ProjectId, Day, ServiceName, SpanName
