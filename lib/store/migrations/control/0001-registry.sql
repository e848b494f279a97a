-- The registry: current rows are the ones with the highest Version per key. Nothing is updated in place, and nothing deleted.

-- step: create_cells
-- A cell is one database with the whole cell schema.
CREATE TABLE IF NOT EXISTS {database}.cells {on_cluster} (
  Name String,
  Database String,
  Version UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Version)}
ORDER BY Name
SETTINGS {settings}

-- step: create_tenants
-- A limit that is NULL follows the tier. Source tells who owns the row, for example the identity file; only the owner
-- changes or retires it. Version grows with every change of the tenant or of one of its projects.
CREATE TABLE IF NOT EXISTS {database}.tenants {on_cluster} (
  TenantId UInt32,
  Path String,
  Tier Enum8('free' = 1, 'premium' = 2, 'ultimate' = 3),
  IngestBytesPerSecond Nullable(UInt64),
  MaxRequestBytes Nullable(UInt64),
  RetentionDays Nullable(UInt32),
  StorageBytes Nullable(UInt64),
  Cell String,
  Status Enum8('provisioning' = 1, 'ready' = 2),
  Source LowCardinality(String),
  Version UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Version)}
ORDER BY TenantId
SETTINGS {settings}

-- step: create_projects
-- A project belongs to one tenant, hence its own id is the whole key. Version is the one of the tenant's change.
CREATE TABLE IF NOT EXISTS {database}.projects {on_cluster} (
  ProjectId UInt64,
  TenantId UInt32,
  Path String,
  Enabled Bool,
  Version UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Version)}
ORDER BY ProjectId
SETTINGS {settings}
