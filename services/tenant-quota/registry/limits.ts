/** One limit: its column in the control database and the values that make sense. */
interface LimitDefinition {
  readonly column: string;
  /** As the identity file and REST spell it. */
  readonly field: string;
  readonly min: number;
  readonly max: number;
}

const TIB = 2 ** 40;
/** Ten years; beyond that a mistake is likelier than an intention. */
const MAX_RETENTION_DAYS = 3_650;

const limit = (column: string, field: string, min: number, max: number): LimitDefinition => ({
  ...{ column, field, min, max },
});
const bytesPerSecond = (column: string, field: string) => limit(column, field, 1, TIB);
const itemsPerSecond = (column: string, field: string) => limit(column, field, 1, 1e9);
const retention = (column: string, field: string) => limit(column, field, 1, MAX_RETENTION_DAYS);

/** Every limit that a tenant or a tier can have. A further one is a line here, a column and a field of the contract. */
export const LIMITS = {
  ingestBytesPerSecond: bytesPerSecond('IngestBytesPerSecond', 'ingest_bytes_per_second'),
  ingestBurstBytes: limit('IngestBurstBytes', 'ingest_burst_bytes', 1, TIB),
  ingestItemsPerSecond: itemsPerSecond('IngestItemsPerSecond', 'ingest_items_per_second'),
  /** After decompression. */
  maxRequestBytes: limit('MaxRequestBytes', 'max_request_bytes', 1_024, 64 * 2 ** 20),
  /** For signals without a value of their own. */
  retentionDays: retention('RetentionDays', 'retention_days'),
  tracesRetentionDays: retention('TracesRetentionDays', 'traces_retention_days'),
  metricsRetentionDays: retention('MetricsRetentionDays', 'metrics_retention_days'),
  logsRetentionDays: retention('LogsRetentionDays', 'logs_retention_days'),
  /** Compressed bytes on disk, derived tables included. */
  storageBytes: limit('StorageBytes', 'storage_bytes', 1, 2 ** 52),
  queryMaxSeconds: limit('QueryMaxSeconds', 'query_max_seconds', 1, 300),
  queryMaxReadBytes: limit('QueryMaxReadBytes', 'query_max_read_bytes', 2 ** 20, 2 ** 50),
  queryMaxReadRows: limit('QueryMaxReadRows', 'query_max_read_rows', 1_000, 1e12),
  queryMaxMemoryBytes: limit('QueryMaxMemoryBytes', 'query_max_memory_bytes', 2 ** 24, TIB),
  /** In all replicas of query together. */
  queryMaxConcurrent: limit('QueryMaxConcurrent', 'query_max_concurrent', 1, 1_000),
  /** Of one signal, out of what all have together. */
  tracesIngestBytesPerSecond: bytesPerSecond('TracesIngestBytesPerSecond', 'traces_ingest_bytes_per_second'),
  metricsIngestBytesPerSecond: bytesPerSecond(
    'MetricsIngestBytesPerSecond',
    'metrics_ingest_bytes_per_second',
  ),
  logsIngestBytesPerSecond: bytesPerSecond('LogsIngestBytesPerSecond', 'logs_ingest_bytes_per_second'),
  tracesIngestItemsPerSecond: itemsPerSecond('TracesIngestItemsPerSecond', 'traces_ingest_items_per_second'),
  metricsIngestItemsPerSecond: itemsPerSecond(
    'MetricsIngestItemsPerSecond',
    'metrics_ingest_items_per_second',
  ),
  logsIngestItemsPerSecond: itemsPerSecond('LogsIngestItemsPerSecond', 'logs_ingest_items_per_second'),
  /** With labels of their own, of all projects and per UTC day. */
  maxMetricSeries: limit('MaxMetricSeries', 'max_metric_series', 1, 4_000_000),
  /** In the catalogue, as is the next one: per project, signal, source and UTC day. */
  maxAttributeKeys: limit('MaxAttributeKeys', 'max_attribute_keys', 1, 100_000),
  maxAttributeValuesPerKey: limit('MaxAttributeValuesPerKey', 'max_attribute_values_per_key', 1, 100_000),
} as const satisfies Record<string, LimitDefinition>;

export type LimitName = keyof typeof LIMITS;

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];

/** What was set; a missing one is inherited, also when that from which it is inherited changes later. Never zero. */
export type LimitOverrides = { readonly [K in LimitName]?: number };

/** Only what is set, in one order, so that equal overrides are deeply equal. */
export function compactLimits(
  values: Readonly<Partial<Record<LimitName, number | null | undefined>>>,
): LimitOverrides {
  const set = LIMIT_NAMES.map((name) => [name, values[name] ?? undefined] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

/** A sentence for the first value that is out of its range; undefined when all are good. */
export function findBadLimit(
  values: LimitOverrides,
): { readonly field: string; readonly message: string } | undefined {
  for (const name of LIMIT_NAMES) {
    const { field, min, max } = LIMITS[name];
    const value = values[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= min && value <= max)) continue;
    const message = `limits.${field} must be a whole number from ${min} to ${max}, got ${value}; leave it out to inherit it.`;
    return { field: `limits.${field}`, message };
  }
  return undefined;
}
