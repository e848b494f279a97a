// SQL to the engine, and the data of the bench in it.
import { migrate } from '../../lib/store/migrate.js';
import { createStore } from '../../lib/store/store.js';
import { createRegistry } from '../../lib/telemetry/metrics.js';
import { testServiceContext } from '../_util/service-context.js';
import { insertSeries, insertsOf, OURS, THEIR_TABLES, THEIRS } from './_query-layouts.js';
import { END_UNIX_S, type Signal, type Sizes, START_UNIX_S } from './_query-rows.js';

const DAY_S = 86_400;
/** One insert, thus one part a day of each table: small enough for its memory. */
const ROWS_PER_INSERT = 250_000;
const SETTLE_LIMIT_MS = 600_000;
const POLL_MS = 500;

export type Row = Readonly<Record<string, unknown>>;

/** Runs SQL as it is. */
export async function sql(url: string, text: string): Promise<readonly Row[]> {
  const response = await fetch(`${url}/?default_format=JSONEachRow`, { method: 'POST', body: text });
  const body = await response.text();
  if (!response.ok) throw new Error(`${body.trim()}\n${text}`);
  const lines = body.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

/** Makes both layouts and fills them, unless the data directory holds them already. */
export async function prepareData(url: string, sizes: Sizes): Promise<void> {
  if (await isLoaded(url, sizes)) return;
  const { logger } = testServiceContext();
  const store = createStore({ url, logger, registry: createRegistry('bench'), application: 'bench' });
  await migrate({ store, schema: 'cell', database: OURS, logger });
  await store.close();
  await sql(url, `CREATE DATABASE ${THEIRS}`);
  for (const statement of THEIR_TABLES) await sql(url, statement);
  const days = Array.from(
    { length: Math.floor(END_UNIX_S / DAY_S) - Math.floor(START_UNIX_S / DAY_S) + 1 },
    (_, index) => Math.floor(START_UNIX_S / DAY_S) + index,
  );
  await sql(url, insertSeries(days));
  for (const signal of ['spans', 'logs', 'points'] as const) await load(url, signal, sizes);
  await sql(url, `CREATE TABLE ${THEIRS}.bench_sizes (sizes String) ENGINE = MergeTree ORDER BY tuple()`);
  await sql(url, `INSERT INTO ${THEIRS}.bench_sizes VALUES ('${JSON.stringify(sizes)}')`);
}

async function isLoaded(url: string, sizes: Sizes): Promise<boolean> {
  const databases = await sql(url, `SELECT name FROM system.databases WHERE name = '${THEIRS}'`);
  if (databases.length === 0) return false;
  const rows = await sql(url, `SELECT sizes FROM ${THEIRS}.bench_sizes`);
  const wanted = JSON.stringify(sizes);
  if (rows[0]?.sizes === wanted) return true;
  throw new Error(`The data directory holds ${rows[0]?.sizes}, not ${wanted}: name another one.`);
}

async function load(url: string, signal: Signal, sizes: Sizes): Promise<void> {
  const spent = { ours: 0, theirs: 0 };
  for (let from = 0; from < sizes[signal]; from += ROWS_PER_INSERT) {
    const rows = Math.min(ROWS_PER_INSERT, sizes[signal] - from);
    const inserts = insertsOf(signal, { from, rows, sizes });
    for (const side of ['ours', 'theirs'] as const) {
      const startMs = performance.now();
      await sql(url, inserts[side]);
      spent[side] += performance.now() - startMs;
    }
  }
  const rate = (ms: number) => `${Math.round(sizes[signal] / ms)}k/s`;
  console.log(
    `${sizes[signal]} ${signal} made and inserted: ours ${rate(spent.ours)}, theirs ${rate(spent.theirs)}`,
  );
}

/** Waits for the merges that inserts have left. */
export async function settle(url: string): Promise<void> {
  const endMs = performance.now() + SETTLE_LIMIT_MS;
  for (let quiet = 0; quiet < 4 && performance.now() < endMs; ) {
    const rows = await sql(url, 'SELECT toUInt32(count()) AS merges FROM system.merges');
    quiet = rows[0]?.merges === 0 ? quiet + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function storedBytes(url: string): Promise<readonly Row[]> {
  return sql(
    url,
    `SELECT database, table, toUInt32(count()) AS parts, sum(rows) AS rows, formatReadableSize(sum(bytes_on_disk)) AS size
FROM system.parts WHERE active AND database IN ('${OURS}', '${THEIRS}') GROUP BY database, table ORDER BY database, table`,
  );
}
