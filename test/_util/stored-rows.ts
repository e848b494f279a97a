import { expect } from 'vitest';
import type { Store } from '../../lib/store/store.js';
import { type ComparedRow, entries, expectedLog, expectedPoints, expectedSpan } from './expected-rows.js';
import type { ClientReport } from './otlp-clients.js';

export interface StoredIn {
  readonly store: Pick<Store, 'query'>;
  readonly database: string;
}

/** Whose rows; of every project when none is named. */
export interface Whose {
  readonly service: string;
  readonly projectId?: bigint;
}

type Expression = (column: string) => string;

const NANO: Expression = (column) => `toString(toUnixTimestamp64Nano(${column}))`;
const MILLI: Expression = (column) => `toString(toUnixTimestamp64Milli(${column}))`;
const HEX: Expression = (column) => `lower(hex(${column}))`;
const TEXT: Expression = (column) => `toString(${column})`;
const AS_IT_IS: Expression = (column) => column;

const POINT_TABLES = ['gauge', 'sum', 'histogram', 'exp_histogram', 'summary'];

function formOf(type: string): Expression {
  if (type.startsWith('DateTime64(9')) return NANO;
  if (type.startsWith('DateTime64(3')) return MILLI;
  if (type.startsWith('FixedString')) return HEX;
  return /^U?Int64$/.test(type) ? TEXT : AS_IT_IS;
}

/** How a column is read, so that nothing is lost on the way through JSON. */
function expressionFor(name: string, type: string): string {
  const quoted = `\`${name}\``;
  const member = /^Array\((.*)\)$/.exec(type)?.[1];
  const form = formOf(member ?? type);
  const value = member === undefined ? form(quoted) : `arrayMap(x -> ${form('x')}, ${quoted})`;
  return `${value} AS ${quoted}`;
}

/** All columns of the rows that fit, in the form in which they are compared. */
async function readRows(
  { store, database }: StoredIn,
  table: string,
  { where, params }: { readonly where: string; readonly params: Record<string, string> },
): Promise<ComparedRow[]> {
  const described = await store.query<{ name: string; type: string }>(
    {
      name: 'test',
      sql: "SELECT name, type FROM system.columns WHERE database = {d:String} AND table = {t:String} AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')",
    },
    { d: database, t: table },
  );
  const columns = described.rows.map(({ name, type }) => expressionFor(name, type)).join(', ');
  // The conditions are about the columns of the table, not about what they are read as.
  const sql = `SELECT ${columns} FROM (SELECT * FROM ${database}.${table} WHERE ${where})`;
  const { rows } = await store.query<Record<string, unknown>>({ name: 'test', sql }, params);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, compared(value)])),
  );
}

/** Maps as sorted entries: matching objects would let more keys pass than were sent. */
function compared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compared);
  return typeof value === 'object' && value !== null ? entries(value as Record<string, unknown>) : value;
}

const BELONGS = 'ServiceName = {service:String} AND {project:UInt64} IN (0, ProjectId)';

/** The points of a service, each with the labels of its series. */
async function readPoints(from: StoredIn, params: Record<string, string>): Promise<ComparedRow[]> {
  const series = await readRows(from, 'metric_series', { where: BELONGS, params });
  const idOf = (row: ComparedRow) => `${row.ProjectId} ${row.SeriesId}`;
  const byId = new Map(series.map((row) => [idOf(row), row]));
  const where = `(ProjectId, SeriesId) IN (SELECT ProjectId, SeriesId FROM ${from.database}.metric_series WHERE ${BELONGS})`;
  const tables = await Promise.all(
    POINT_TABLES.map((kind) => readRows(from, `metric_${kind}`, { where, params })),
  );
  return tables.flat().map((point) => ({ ...byId.get(idOf(point)), ...point }));
}

export interface StoredRows {
  readonly spans: readonly ComparedRow[];
  readonly logs: readonly ComparedRow[];
  readonly points: readonly ComparedRow[];
}

/** Everything that is stored of one service. */
export async function readService(from: StoredIn, { service, projectId = 0n }: Whose): Promise<StoredRows> {
  const params = { service, project: String(projectId) };
  const filter = { where: BELONGS, params };
  return {
    spans: await readRows(from, 'spans', filter),
    logs: await readRows(from, 'logs', filter),
    points: await readPoints(from, params),
  };
}

/** What must be stored of reports, no more and no less. */
export function expectedOf(...reports: readonly ClientReport[]): StoredRows {
  return {
    spans: reports.flatMap((report) => report.spans.map((span) => expectedSpan(span, report))),
    logs: reports.flatMap((report) => (report.logs ?? []).map((log) => expectedLog(log, report))),
    points: reports.flatMap((report) =>
      (report.metrics ?? []).flatMap((metric) => expectedPoints(metric, report)),
    ),
  };
}

const KEYS = {
  spans: ['SpanId'],
  logs: ['Timestamp', 'Body'],
  points: ['MetricName', 'Attrs', 'Timestamp', 'StartTime'],
} as const;

/** Compares row by row and column by column, of whatever columns are expected. */
export function expectSameRows(stored: StoredRows, expected: StoredRows): void {
  for (const kind of ['spans', 'logs', 'points'] as const) {
    const keyOf = (row: ComparedRow) => JSON.stringify(KEYS[kind].map((column) => row[column]));
    const sorted = (rows: readonly ComparedRow[]) => [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    expect(sorted(stored[kind]).map(keyOf), kind).toEqual(sorted(expected[kind]).map(keyOf));
    for (const [index, row] of sorted(expected[kind]).entries())
      expect(sorted(stored[kind])[index], `${kind} ${keyOf(row)}`).toMatchObject(row);
  }
}
