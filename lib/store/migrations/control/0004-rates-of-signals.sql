-- Rates of one signal, out of what a tenant may send together; NULL takes all of it.

-- step: extend_tenants
ALTER TABLE {database}.tenants {on_cluster}
  ADD COLUMN IF NOT EXISTS TracesIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS MetricsIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS LogsIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS TracesIngestItemsPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS MetricsIngestItemsPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS LogsIngestItemsPerSecond Nullable(UInt64)

-- step: extend_tiers
ALTER TABLE {database}.tiers {on_cluster}
  ADD COLUMN IF NOT EXISTS TracesIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS MetricsIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS LogsIngestBytesPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS TracesIngestItemsPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS MetricsIngestItemsPerSecond Nullable(UInt64),
  ADD COLUMN IF NOT EXISTS LogsIngestItemsPerSecond Nullable(UInt64)
