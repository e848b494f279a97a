-- Both tables are written by the receiver: a view over spans or logs would take every row's maps apart once more.

-- step: create_attr_catalog
-- Attribute names and values for completion.
CREATE TABLE IF NOT EXISTS {database}.attr_catalog {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Day Date,
  Signal Enum8('spans' = 1, 'logs' = 2, 'metrics' = 3),
  Source Enum8('resource' = 1, 'scope' = 2, 'attr' = 3),
  Key LowCardinality(String),
  Value String,
  Rows SimpleAggregateFunction(sum, UInt64)
) ENGINE = {engine:AggregatingMergeTree}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, Signal, Source, Key, Value, Day)
SETTINGS {settings}

-- step: create_ingest_usage
-- What was sent and refused, by day: bytes on the wire, and after decompression.
CREATE TABLE IF NOT EXISTS {database}.ingest_usage {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Day Date,
  Signal Enum8('spans' = 1, 'logs' = 2, 'metrics' = 3),
  Rows UInt64,
  WireBytes UInt64,
  RawBytes UInt64,
  Rejected UInt64
) ENGINE = {engine:SummingMergeTree}
PARTITION BY toYYYYMM(Day)
ORDER BY (TenantId, ProjectId, Day, Signal)
SETTINGS {settings}
