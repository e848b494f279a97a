import type { Store } from '../../../lib/store/store.js';
import { dayText } from '../../../services/tenant-quota/retention/days.js';

/** What a test writes for one tenant and day; spans fill their derived tables by themselves. */
export interface RowsToWrite {
  readonly tenantId: number;
  /** In days since 1970. */
  readonly day: number;
  readonly rows: number;
}

const COMMON = `toUInt32({tenantId:UInt32}) AS TenantId, toUInt64(1) AS ProjectId`;
const AT = `toDateTime64({day:String}, 9, 'UTC') + INTERVAL (number * 7) % 86000 SECOND AS Timestamp`;
/** Random, so that compression leaves something to measure. */
const NOISE = `hex(randomString(40))`;

const SOURCES = {
  spans: `SELECT ${COMMON}, ${AT}, randomFixedString(16) AS TraceId, randomFixedString(8) AS SpanId, 'api' AS ServiceName,
    'GET /' AS SpanName, number AS DurationNs, map('k', ${NOISE}) AS Attrs`,
  logs: `SELECT ${COMMON}, ${AT}, 'api' AS ServiceName, ${NOISE} AS Body`,
  metric_sum: `SELECT ${COMMON}, 'requests' AS MetricName, number AS SeriesId, ${AT}, rand64() / 3 AS Value`,
  attr_catalog: `SELECT ${COMMON}, toDate({day:String}) AS Day, 'spans' AS Signal, 'attr' AS Source, 'k' AS Key, ${NOISE} AS Value, 1 AS Rows`,
} as const;

export type WrittenTable = keyof typeof SOURCES;
export const WRITTEN_TABLES = Object.keys(SOURCES) as readonly WrittenTable[];

const COLUMNS: Readonly<Record<WrittenTable, string>> = {
  spans: 'TenantId, ProjectId, Timestamp, TraceId, SpanId, ServiceName, SpanName, DurationNs, Attrs',
  logs: 'TenantId, ProjectId, Timestamp, ServiceName, Body',
  metric_sum: 'TenantId, ProjectId, MetricName, SeriesId, Timestamp, Value',
  attr_catalog: 'TenantId, ProjectId, Day, Signal, Source, Key, Value, Rows',
};

/** Writes rows of one day into a table of a cell. */
export async function writeRows(
  store: Store,
  database: string,
  table: WrittenTable,
  { tenantId, day, rows }: RowsToWrite,
): Promise<void> {
  const sql = `INSERT INTO {database:Identifier}.${table} (${COLUMNS[table]}) ${SOURCES[table]} FROM numbers({rows:UInt32})`;
  const params = { tenantId, day: dayText(day), rows };
  await store.command({ name: 'test_write', sql }, params, { database });
}

/** `table tenant day` to rows, over every table of a cell that has tenants, as a reader sees them. */
export async function countRows(store: Store, database: string): Promise<Map<string, number>> {
  const { rows: tables } = await store.query<{ table: string }>(
    {
      name: 'test_tables',
      sql: `SELECT DISTINCT table FROM system.columns WHERE database = {database:String} AND name = 'TenantId'
        AND table IN (SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree')`,
    },
    {},
    { database },
  );
  const counts = new Map<string, number>();
  for (const { table } of tables) {
    const sql = `SELECT TenantId AS tenantId, _partition_id AS day, count() AS n FROM {database:Identifier}.${table} GROUP BY tenantId, day`;
    const statement = { name: 'test_count', sql };
    const { rows } = await store.query<{ tenantId: number; day: string; n: string }>(
      statement,
      {},
      { database },
    );
    for (const { tenantId, day, n } of rows) counts.set(`${table} ${tenantId} ${day}`, Number(n));
  }
  return counts;
}
