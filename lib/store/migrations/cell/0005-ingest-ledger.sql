-- What became of what was sent, as the receivers count it. A row is entered in the minute in which the request arrived, also
-- what is stored much later, so each minute balances: received = stored + duplicate + rejected + set aside + what waits.
-- Tenant 0 in the default cell is what was refused before anybody vouched for it. The time to live is for that tenant, which
-- has no retention; everybody else's rows go with their days.

-- step: create_ingest_ledger
CREATE TABLE IF NOT EXISTS {database}.ingest_ledger {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Signal Enum8('unknown' = 0, 'traces' = 1, 'metrics' = 2, 'logs' = 3),
  Day Date DEFAULT toDate(Minute),
  Minute DateTime('UTC'),
  ServiceName LowCardinality(String),
  Reason LowCardinality(String),
  ReceivedItems UInt64,
  ReceivedBytes UInt64,
  StoredItems UInt64,
  StoredBytes UInt64,
  DuplicateItems UInt64,
  DuplicateBytes UInt64,
  RejectedItems UInt64,
  RejectedBytes UInt64,
  RejectedRequests UInt64,
  SetAsideItems UInt64,
  SetAsideBytes UInt64,
  LimitedItems UInt64
) ENGINE = {engine:SummingMergeTree}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, Signal, Day, Minute, ServiceName, Reason)
TTL Day + INTERVAL 400 DAY
SETTINGS {settings}

-- step: create_ingest_rejects
-- Equal refusals within a receiver's interval are one row; its texts are those of the last one.
CREATE TABLE IF NOT EXISTS {database}.ingest_rejects {on_cluster} (
  TenantId UInt32,
  ProjectId UInt64,
  Signal Enum8('unknown' = 0, 'traces' = 1, 'metrics' = 2, 'logs' = 3),
  Day Date DEFAULT toDate(LastAt),
  FirstAt DateTime64(3, 'UTC'),
  LastAt DateTime64(3, 'UTC'),
  Reason LowCardinality(String),
  IsStored Bool,
  ServiceName LowCardinality(String),
  SdkName LowCardinality(String),
  SdkVersion LowCardinality(String),
  UserAgent String,
  Detail String,
  LimitText String,
  MeasuredText String,
  Remedy LowCardinality(String),
  Requests UInt64,
  Items UInt64,
  Bytes UInt64
) ENGINE = {engine:MergeTree}
PARTITION BY Day
ORDER BY (TenantId, ProjectId, Signal, LastAt)
TTL Day + INTERVAL 400 DAY
SETTINGS {settings}
