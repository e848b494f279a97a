-- Limits on what labels and attributes may take on.

-- step: extend_tenants_by_cardinality
-- NULL follows the tier.
ALTER TABLE {database}.tenants {on_cluster}
  ADD COLUMN IF NOT EXISTS MaxMetricSeries Nullable(UInt64) AFTER QueryMaxReadBytes,
  ADD COLUMN IF NOT EXISTS MaxAttributeKeys Nullable(UInt64) AFTER MaxMetricSeries,
  ADD COLUMN IF NOT EXISTS MaxAttributeValuesPerKey Nullable(UInt64) AFTER MaxAttributeKeys

-- step: extend_tiers_by_cardinality
ALTER TABLE {database}.tiers {on_cluster}
  ADD COLUMN IF NOT EXISTS MaxMetricSeries Nullable(UInt64) AFTER QueryMaxReadBytes,
  ADD COLUMN IF NOT EXISTS MaxAttributeKeys Nullable(UInt64) AFTER MaxMetricSeries,
  ADD COLUMN IF NOT EXISTS MaxAttributeValuesPerKey Nullable(UInt64) AFTER MaxAttributeKeys
