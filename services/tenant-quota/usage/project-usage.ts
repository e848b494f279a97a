import { quoteIdentifier, type Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { SIGNALS, type SignalName } from '../registry/tiers.js';
import { dayOfPartition } from '../retention/days.js';
import { signalOfTable } from '../retention/stored.js';

/** One month of one project. */
export interface UsageQuestion {
  readonly database: string;
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

export interface DayUsage {
  /** In days since 1970. */
  readonly day: number;
  readonly signal: SignalName;
  /** Of that day that are stored now. */
  readonly items: number;
  /** Compressed bytes of rows of that day that are stored now. */
  readonly bytes: number;
}

const AS_SIGNAL = `transform(toString(Signal), ['spans', 'logs', 'metrics'], ['traces', 'logs', 'metrics'], '')`;

const SELECT_TABLES: Statement = {
  name: 'usage_tables',
  sql: `SELECT DISTINCT table FROM system.parts WHERE database = {database:String} AND active AND startsWith(partition_id, {prefix:String})
  AND table IN (SELECT table FROM system.columns WHERE database = {database:String} AND name = 'ProjectId')`,
};

interface UsageRow {
  readonly partition: string;
  readonly signal: string;
  readonly counted: string;
  readonly bytes: number;
}

/** Tables with a row per item; all others are derived from them. */
const ITEM_TABLES = /^(spans|logs|metric_(?!series$)\w+)$/;

/**
 * Items and stored bytes by day and signal, days without anything left out. Counted from what is stored: exact, with nothing to
 * keep in step, and only as far back as the retention.
 */
export async function projectUsage(
  store: Store,
  question: UsageQuestion,
  signal: AbortSignal,
): Promise<DayUsage[]> {
  const { database, year, month, ...ids } = question;
  const prefix = `${year}${String(month).padStart(2, '0')}`;
  const options = { database, signal };
  const { rows: tables } = await store.query<{ table: string }>(SELECT_TABLES, { prefix }, options);
  const days = new UsageDays();
  await Promise.all(
    tables.map(async ({ table }) => {
      const statement = tableStatement(table);
      if (!statement) return;
      const { rows } = await store.query<UsageRow>(statement, { ...ids, table, prefix }, options);
      for (const row of rows) days.add(row, ITEM_TABLES.test(table));
    }),
  );
  return days.all();
}

/** A part's bytes are shared out by rows. Undefined for tables that belong to no signal. */
function tableStatement(table: string): Statement | undefined {
  const signal = table === 'attr_catalog' ? AS_SIGNAL : `'${signalOfTable(table)}'`;
  if (signal === `'all'`) return undefined;
  return {
    name: 'usage_table',
    sql: `SELECT partition, signal, sum(n) AS counted, round(sum(n * bytesPerRow)) AS bytes FROM (
  SELECT _part AS part, _partition_id AS partition, ${signal} AS signal, count() AS n
  FROM {database:Identifier}.${quoteIdentifier(table)}
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64} AND startsWith(_partition_id, {prefix:String})
  GROUP BY part, partition, signal
) AS counts ANY LEFT JOIN (
  SELECT name AS part, bytes_on_disk / greatest(rows, 1) AS bytesPerRow FROM system.parts
  WHERE database = {database:String} AND table = {table:String} AND active
) AS parts USING part GROUP BY partition, signal`,
  };
}

class UsageDays {
  readonly #days = new Map<string, { day: number; signal: SignalName; items: number; bytes: number }>();

  add({ partition, signal, counted, bytes }: UsageRow, hasItems: boolean): void {
    const day = dayOfPartition(partition);
    const known = SIGNALS.find((name) => name === signal);
    if (day === undefined || !known) return;
    const key = `${day} ${known}`;
    const usage = this.#days.get(key) ?? { day, signal: known, items: 0, bytes: 0 };
    usage.bytes += Number(bytes);
    if (hasItems) usage.items += Number(counted);
    this.#days.set(key, usage);
  }

  all(): DayUsage[] {
    return [...this.#days.values()].sort((a, b) => a.day - b.day || a.signal.localeCompare(b.signal));
  }
}
