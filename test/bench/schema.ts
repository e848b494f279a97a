// `npm run bench schema [rounds] [variants]`: what each part of the schema of spans costs ClickHouse: processor time of inserting and of merging all, and
// bytes on disk. Runs the engine in this process; variants take turns, since the machine's speed changes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderStep } from '../../lib/store/migration-template.js';
import { loadNativeEngine } from '../../services/clickhouse-embedded/engine/native.js';
import { TracesTranscoder } from '../../services/otlp-receiver/transcode/wire/traces/transcode-traces.js';
import { RealisticTraces } from './_realistic.js';

const ROUNDS = Number(process.argv[2] ?? 3);
const ONLY = new RegExp(process.argv[3] ?? '');
const INSERTS = 2;
const SPANS_PER_INSERT = 102_400;
const SPANS_PER_REQUEST = 512;
const SPANS = INSERTS * SPANS_PER_INSERT;
const SOURCE = ['0001-traces', '0006-faster-reads']
  .map((file) => readFileSync(`lib/store/migrations/cell/${file}.sql`, 'utf8'))
  .join('\n');
/** Steps about other signals, and what fills a table from rows that are not there. */
const LEFT_OUT = ['index_exemplars', 'fill_'];

interface Variant {
  readonly edit?: (sql: string) => string;
  /** Steps whose name holds one of these are left out. */
  readonly without?: readonly string[];
  readonly settings?: string;
}

const withoutIndexes =
  (...names: readonly string[]) =>
  (sql: string) =>
    sql
      .split('\n')
      .filter((line) => !names.some((name) => line.includes(`INDEX ${name}`)))
      .join('\n')
      .replace(/,(\s*\n\) ENGINE)/g, '$1');
const AT_MERGE = 'materialize_skip_indexes_on_insert = 0';
const VIEWS = ['trace_summary', 'red_1m', 'red_5m', 'trace_index', 'service_operations'];
const VARIANTS: Readonly<Record<string, Variant>> = {
  'as it is': { settings: AT_MERGE },
  'indexes built by inserts too': {},
  'no bloom filters on attributes': { edit: withoutIndexes('idx_key', 'idx_attr'), settings: AT_MERGE },
  'no bloom filter on the trace id': { edit: withoutIndexes('idx_trace'), settings: AT_MERGE },
  ...Object.fromEntries(VIEWS.map((view) => [`no ${view}`, { without: [view], settings: AT_MERGE }])),
  'no views at all': { without: VIEWS, settings: AT_MERGE },
  'no resource attributes': {
    edit: (sql) => sql.replace(/^ {2}Resource(Attrs Map|Items).*\n/gm, ''),
    settings: AT_MERGE,
  },
  'LZ4 instead of ZSTD(1)': {
    edit: (sql) =>
      sql.replaceAll('ZSTD(1)', 'LZ4').replaceAll('{settings}', "default_compression_codec = 'LZ4'"),
    settings: AT_MERGE,
  },
};

const directory = mkdtempSync(join(tmpdir(), 'gob-bench-schema-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const engine = loadNativeEngine();
const connection = engine.CreateConnection(join(directory, 'data'), []);
const query = async (sql: string) =>
  Buffer.from((await engine.QueryAsyncConnection(connection, sql, 'TSV')).bytes)
    .toString()
    .trim();

/** Files of Native blocks, as the receiver sends them. */
function prepareInserts(): { files: string[]; columns: readonly string[] } {
  const traces = new RealisticTraces(1, BigInt(Date.now() - 3_600_000) * 1_000_000n);
  const transcoder = new TracesTranscoder();
  const context = {
    tenantId: 22,
    projectId: 7n,
    nowUnixNano: BigInt(Date.now()) * 1_000_000n,
    limits: { retentionDays: 30 },
  };
  let turn = 0;
  let columns: readonly string[] = [];
  const files = Array.from({ length: INSERTS }, (_, insert) => {
    const requests = Array.from({ length: SPANS_PER_INSERT / SPANS_PER_REQUEST }, () =>
      traces.request(turn++, SPANS_PER_REQUEST),
    );
    const blocks = requests.flatMap((request) => transcoder.transcode(request, context).blocks);
    columns = blocks[0]?.columns ?? columns;
    const file = join(directory, `insert-${insert}.native`);
    writeFileSync(file, Buffer.concat(blocks.map(({ bytes }) => bytes)));
    return file;
  });
  return { files, columns };
}

async function makeTables(database: string, { edit = (sql) => sql, without = [] }: Variant): Promise<void> {
  await query(`CREATE DATABASE ${database}`);
  for (const step of edit(SOURCE)
    .split(/^-- step: /m)
    .slice(1)) {
    const [name = '', ...lines] = step.split('\n');
    if ([...LEFT_OUT, ...without].some((part) => name.includes(part))) continue;
    await query(renderStep(lines.join('\n'), { database, cluster: undefined }));
  }
}

/** Microseconds of this process's processors per span. */
async function cost(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / SPANS;
}

async function measure(variant: Variant, { files, columns }: ReturnType<typeof prepareInserts>) {
  const database = 'bench';
  await makeTables(database, variant);
  await query('SYSTEM STOP MERGES');
  const known = new Set(
    (await query(`SELECT name FROM system.columns WHERE database = '${database}' AND table = 'spans'`)).split(
      '\n',
    ),
  );
  const names = columns.filter((name) => known.has(name)).map((name) => `\`${name}\``);
  const settings = ['async_insert = 0', variant.settings].filter(Boolean).join(', ');
  const insert = await cost(async () => {
    for (const file of files)
      await query(
        `INSERT INTO ${database}.spans (${names}) FROM INFILE '${file}' SETTINGS ${settings} FORMAT Native`,
      );
  });
  await query('SYSTEM START MERGES');
  const tables = (
    await query(`SELECT name FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree'`)
  ).split('\n');
  const merge = await cost(async () => {
    for (const table of tables) await query(`OPTIMIZE TABLE ${database}.${table} FINAL`);
  });
  const bytesOf = async (condition: string) =>
    Number(
      await query(
        `SELECT sum(bytes_on_disk) / ${SPANS} FROM system.parts WHERE active AND database = '${database}' AND ${condition}`,
      ),
    );
  const bytes = { spans: await bytesOf("table = 'spans'"), views: await bytesOf("table != 'spans'") };
  await query(`DROP DATABASE ${database}`);
  return { insert, merge, ...bytes };
}

const inserts = prepareInserts();
await measure({}, inserts);
const seen: Record<string, Awaited<ReturnType<typeof measure>>[]> = {};
for (let round = 0; round < ROUNDS; round++)
  for (const [name, variant] of Object.entries(VARIANTS).filter(([variant]) => ONLY.test(variant)))
    seen[name] = [...(seen[name] ?? []), await measure(variant, inserts)];

// Other work on the machine only ever adds, so the lowest of the rounds is nearest to the truth.
const lowest = (values: readonly number[]) => Number(Math.min(...values).toFixed(1));
const table = Object.fromEntries(
  Object.entries(seen).map(([name, runs]) => [
    name,
    {
      'insert us/span': lowest(runs.map(({ insert }) => insert)),
      'merge us/span': lowest(runs.map(({ merge }) => merge)),
      'bytes/span': lowest(runs.map(({ spans }) => spans)),
      'bytes/span in views': lowest(runs.map(({ views }) => views)),
    },
  ]),
);
console.log(`${SPANS} spans in ${INSERTS} inserts, lowest of ${ROUNDS} rounds`);
console.table(table);
console.log(JSON.stringify({ bench: 'schema', spans: SPANS, table }));
engine.CloseConnection(connection);
// The engine's threads would keep the process.
process.exit(0);
