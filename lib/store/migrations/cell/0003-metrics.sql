-- Metrics: labels once per series and day, points by series. SeriesId is a 64-bit hash of metric name, type, unit,
-- temporality, resource, scope and attributes, computed by the receiver.
-- In the tables of points an hour in the key prunes only when toStartOfHour(Timestamp) itself is in WHERE.

-- step: create_metric_series
-- One row per series and day. Label equality is the way into all metrics and rows are few, so here the text index is worth it.
CREATE TABLE IF NOT EXISTS {database}.metric_series {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Day Date,
  MetricName LowCardinality(String),
  SeriesId UInt64,
  Type Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exp_histogram' = 4, 'summary' = 5),
  Temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2),
  IsMonotonic Bool,
  Unit LowCardinality(String),
  Description String,
  ServiceName LowCardinality(String),
  ResourceAttrs Map(LowCardinality(String), String),
  ScopeName LowCardinality(String),
  ScopeVersion LowCardinality(String),
  ScopeAttrs Map(LowCardinality(String), String),
  Attrs Map(LowCardinality(String), String),
  LastSeen DateTime('UTC'),
  AttrItems Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(Attrs, 'Array(Tuple(String, String))')),
  INDEX idx_attr AttrItems TYPE text(tokenizer = 'array')
) ENGINE = {engine:ReplacingMergeTree(LastSeen)}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, MetricName, SeriesId)
SETTINGS {settings}

-- step: create_metric_gauge
-- Integer points keep exactness: IsInt tells them, and ValueInt is filled where Value cannot hold them (beyond 2^53).
CREATE TABLE IF NOT EXISTS {database}.metric_gauge {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  MetricName LowCardinality(String),
  SeriesId UInt64 CODEC(Delta(8), ZSTD(1)),
  Timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  StartTime DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  Flags UInt32 CODEC(T64, ZSTD(1)),
  `Exemplars.Timestamp` Array(DateTime64(3, 'UTC')),
  `Exemplars.Value` Array(Float64),
  `Exemplars.TraceId` Array(FixedString(16)),
  `Exemplars.SpanId` Array(FixedString(8)),
  `Exemplars.Attrs` Array(Map(LowCardinality(String), String)),
  Value Float64,
  IsInt Bool,
  ValueInt Int64,
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, MetricName, toStartOfHour(Timestamp), SeriesId, Timestamp)
SETTINGS {settings}

-- step: create_metric_sum
-- Temporality and monotonicity are in metric_series. Integers as in metric_gauge.
CREATE TABLE IF NOT EXISTS {database}.metric_sum {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  MetricName LowCardinality(String),
  SeriesId UInt64 CODEC(Delta(8), ZSTD(1)),
  Timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  StartTime DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  Flags UInt32 CODEC(T64, ZSTD(1)),
  `Exemplars.Timestamp` Array(DateTime64(3, 'UTC')),
  `Exemplars.Value` Array(Float64),
  `Exemplars.TraceId` Array(FixedString(16)),
  `Exemplars.SpanId` Array(FixedString(8)),
  `Exemplars.Attrs` Array(Map(LowCardinality(String), String)),
  Value Float64,
  IsInt Bool,
  ValueInt Int64,
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, MetricName, toStartOfHour(Timestamp), SeriesId, Timestamp)
SETTINGS {settings}

-- step: create_metric_histogram
-- Has: bit 1 sum, 2 min, 4 max are present, since OTLP makes them optional and 0 is a value.
CREATE TABLE IF NOT EXISTS {database}.metric_histogram {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  MetricName LowCardinality(String),
  SeriesId UInt64 CODEC(Delta(8), ZSTD(1)),
  Timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  StartTime DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  Flags UInt32 CODEC(T64, ZSTD(1)),
  `Exemplars.Timestamp` Array(DateTime64(3, 'UTC')),
  `Exemplars.Value` Array(Float64),
  `Exemplars.TraceId` Array(FixedString(16)),
  `Exemplars.SpanId` Array(FixedString(8)),
  `Exemplars.Attrs` Array(Map(LowCardinality(String), String)),
  Count UInt64 CODEC(Delta(8), ZSTD(1)),
  Sum Float64,
  Min Float64,
  Max Float64,
  Has UInt8,
  Bounds Array(Float64),
  Buckets Array(UInt64),
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, MetricName, toStartOfHour(Timestamp), SeriesId, Timestamp)
SETTINGS {settings}

-- step: create_metric_exp_histogram
-- Has as in metric_histogram.
CREATE TABLE IF NOT EXISTS {database}.metric_exp_histogram {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  MetricName LowCardinality(String),
  SeriesId UInt64 CODEC(Delta(8), ZSTD(1)),
  Timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  StartTime DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  Flags UInt32 CODEC(T64, ZSTD(1)),
  `Exemplars.Timestamp` Array(DateTime64(3, 'UTC')),
  `Exemplars.Value` Array(Float64),
  `Exemplars.TraceId` Array(FixedString(16)),
  `Exemplars.SpanId` Array(FixedString(8)),
  `Exemplars.Attrs` Array(Map(LowCardinality(String), String)),
  Count UInt64 CODEC(Delta(8), ZSTD(1)),
  Sum Float64,
  Min Float64,
  Max Float64,
  Has UInt8,
  Scale Int32,
  ZeroCount UInt64,
  ZeroThreshold Float64,
  PosOffset Int32,
  PosBuckets Array(UInt64),
  NegOffset Int32,
  NegBuckets Array(UInt64),
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, MetricName, toStartOfHour(Timestamp), SeriesId, Timestamp)
SETTINGS {settings}

-- step: create_metric_summary
-- OTLP summaries have no exemplars.
CREATE TABLE IF NOT EXISTS {database}.metric_summary {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64 CODEC(T64, ZSTD(1)),
  MetricName LowCardinality(String),
  SeriesId UInt64 CODEC(Delta(8), ZSTD(1)),
  Timestamp DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  StartTime DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  Flags UInt32 CODEC(T64, ZSTD(1)),
  Count UInt64 CODEC(Delta(8), ZSTD(1)),
  Sum Float64,
  Quantiles Array(Float64),
  Values Array(Float64),
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1
) ENGINE = {engine:MergeTree}
PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, ProjectId, MetricName, toStartOfHour(Timestamp), SeriesId, Timestamp)
SETTINGS {settings}
