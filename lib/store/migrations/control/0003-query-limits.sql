-- The rest of the query budget, for tenants as for tiers. NULL is inherited.

-- step: extend_tenants
ALTER TABLE {database}.tenants {on_cluster}
  ADD COLUMN IF NOT EXISTS QueryMaxReadRows Nullable(UInt64) AFTER QueryMaxReadBytes,
  ADD COLUMN IF NOT EXISTS QueryMaxMemoryBytes Nullable(UInt64) AFTER QueryMaxReadRows,
  ADD COLUMN IF NOT EXISTS QueryMaxConcurrent Nullable(UInt32) AFTER QueryMaxMemoryBytes

-- step: extend_tiers
ALTER TABLE {database}.tiers {on_cluster}
  ADD COLUMN IF NOT EXISTS QueryMaxReadRows Nullable(UInt64) AFTER QueryMaxReadBytes,
  ADD COLUMN IF NOT EXISTS QueryMaxMemoryBytes Nullable(UInt64) AFTER QueryMaxReadRows,
  ADD COLUMN IF NOT EXISTS QueryMaxConcurrent Nullable(UInt32) AFTER QueryMaxMemoryBytes
