-- What long charts and metric queries read instead of the wide tables.

-- step: create_red_5m
-- Rate, errors and durations of services in five minutes, a row per slot of duration: slot s holds [2^(s/4), 2^((s+1)/4))
-- nanoseconds. red_1m tells operations, kinds and HTTP status apart as well, which makes it nearly as long as the spans where
-- operations are many and calls few; a day of this one has as many rows as services × slots × 288. Rows of plain numbers
-- add up some twenty times faster than maps do.
CREATE TABLE IF NOT EXISTS {database}.red_5m {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  ServiceName LowCardinality(String),
  Slot Int16,
  Calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))
) ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toDate(Start)
ORDER BY (TenantId, ProjectId, Start, ServiceName, Slot)
SETTINGS {settings}

-- step: fill_red_5m
-- Before the view, so that nothing is counted twice; spans that are stored between the two steps are missing from long charts.
-- Only into an empty table, so that the step can be repeated. red_1m has no errors by slot: the first slot of a row takes them all, since
-- only their sum over slots is asked for.
INSERT INTO {database}.red_5m
SELECT TenantId, ProjectId, toStartOfFiveMinutes(Minute), ServiceName, slot, sum(calls), sum(errors)
FROM (
  SELECT TenantId, ProjectId, Minute, ServiceName, slot, calls, if(n = 1, Errors, 0) AS errors
  FROM {database}.red_1m
  ARRAY JOIN mapKeys(Hist) AS slot, mapValues(Hist) AS calls, arrayEnumerate(mapKeys(Hist)) AS n
)
WHERE (SELECT count() FROM {database}.red_5m) = 0
GROUP BY TenantId, ProjectId, toStartOfFiveMinutes(Minute), ServiceName, slot
SETTINGS max_partitions_per_insert_block = 0

-- step: create_red_5m_mv
-- From the spans, not from what they add to red_1m: taking maps apart costs several times more than the slots of single spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.red_5m_mv {on_cluster} TO {database}.red_5m AS
SELECT
  TenantId, ProjectId, toStartOfFiveMinutes(Timestamp) AS Start, ServiceName,
  toInt16(floor(4 * log2(greatest(DurationNs, 1)))) AS Slot,
  count() AS Calls,
  countIf(StatusCode = 'Error') AS Errors
FROM {database}.spans
GROUP BY TenantId, ProjectId, Start, ServiceName, Slot

-- step: index_exemplars_of_gauges
-- Most points have no exemplars: the index passes over whole granules of them. It applies to parts written from now on.
ALTER TABLE {database}.metric_gauge {on_cluster} ADD INDEX IF NOT EXISTS idx_exemplars notEmpty(Exemplars.TraceId) TYPE minmax GRANULARITY 1

-- step: index_exemplars_of_sums
ALTER TABLE {database}.metric_sum {on_cluster} ADD INDEX IF NOT EXISTS idx_exemplars notEmpty(Exemplars.TraceId) TYPE minmax GRANULARITY 1

-- step: index_exemplars_of_histograms
ALTER TABLE {database}.metric_histogram {on_cluster} ADD INDEX IF NOT EXISTS idx_exemplars notEmpty(Exemplars.TraceId) TYPE minmax GRANULARITY 1

-- step: index_exemplars_of_exp_histograms
ALTER TABLE {database}.metric_exp_histogram {on_cluster} ADD INDEX IF NOT EXISTS idx_exemplars notEmpty(Exemplars.TraceId) TYPE minmax GRANULARITY 1
