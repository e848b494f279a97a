-- Limits by name, tiers as rows, what the retention loop has decided, and who did what.

-- step: extend_tenants
-- A limit that is NULL follows the tier. RetentionDays is for signals without a value of their own.
ALTER TABLE {database}.tenants {on_cluster}
  ADD COLUMN IF NOT EXISTS IngestBurstBytes Nullable(UInt64) AFTER StorageBytes,
  ADD COLUMN IF NOT EXISTS IngestItemsPerSecond Nullable(UInt64) AFTER IngestBurstBytes,
  ADD COLUMN IF NOT EXISTS TracesRetentionDays Nullable(UInt32) AFTER IngestItemsPerSecond,
  ADD COLUMN IF NOT EXISTS MetricsRetentionDays Nullable(UInt32) AFTER TracesRetentionDays,
  ADD COLUMN IF NOT EXISTS LogsRetentionDays Nullable(UInt32) AFTER MetricsRetentionDays,
  ADD COLUMN IF NOT EXISTS QueryMaxSeconds Nullable(UInt32) AFTER LogsRetentionDays,
  ADD COLUMN IF NOT EXISTS QueryMaxReadBytes Nullable(UInt64) AFTER QueryMaxSeconds,
  ADD COLUMN IF NOT EXISTS StatusReason String AFTER Status,
  ADD COLUMN IF NOT EXISTS EraseAtMs UInt64 AFTER StatusReason,
  MODIFY COLUMN Status Enum8('provisioning' = 1, 'ready' = 2, 'failed' = 3, 'deleting' = 4, 'deleted' = 5)

-- step: extend_cells
-- A dedicated cell is for one tenant and never takes another, which is what lets its days be dropped as partitions.
ALTER TABLE {database}.cells {on_cluster} ADD COLUMN IF NOT EXISTS DedicatedTenantId UInt32 AFTER Database

-- step: create_tiers
-- What a tier sets over the defaults of the program; NULL takes them.
CREATE TABLE IF NOT EXISTS {database}.tiers {on_cluster} (
  Tier Enum8('free' = 1, 'premium' = 2, 'ultimate' = 3),
  IngestBytesPerSecond Nullable(UInt64),
  MaxRequestBytes Nullable(UInt64),
  RetentionDays Nullable(UInt32),
  StorageBytes Nullable(UInt64),
  IngestBurstBytes Nullable(UInt64),
  IngestItemsPerSecond Nullable(UInt64),
  TracesRetentionDays Nullable(UInt32),
  MetricsRetentionDays Nullable(UInt32),
  LogsRetentionDays Nullable(UInt32),
  QueryMaxSeconds Nullable(UInt32),
  QueryMaxReadBytes Nullable(UInt64),
  Version UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Version)}
ORDER BY Tier
SETTINGS {settings}

-- step: create_tenant_states
-- What the retention loop has decided about a tenant. Apart from its settings, so that the loop and a person who changes
-- settings never meet. Rank is the loop's fencing number plus a count: what a former leader writes late loses.
CREATE TABLE IF NOT EXISTS {database}.tenant_states {on_cluster} (
  TenantId UInt32,
  Stage Enum8('ok' = 1, 'soft' = 2, 'hard' = 3),
  IngestStopReason String,
  AcceptFromDay UInt32,
  CutAtLimitBytes UInt64,
  Rank UInt64,
  Version UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Rank)}
ORDER BY TenantId
SETTINGS {settings}

-- step: create_audit
-- Who changed what, and what was dropped and why. Day is 1970-01-01 where a deed is not about the rows of a day.
CREATE TABLE IF NOT EXISTS {database}.audit {on_cluster} (
  At DateTime64(3, 'UTC'),
  Actor String,
  Action LowCardinality(String),
  TenantId UInt32,
  Cell LowCardinality(String),
  TableName LowCardinality(String),
  Day Date,
  Reason String,
  Rows UInt64,
  Bytes UInt64,
  Version UInt64,
  Fence UInt64
) ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(At)
ORDER BY (TenantId, At)
SETTINGS {settings}
