import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = 'services/query/sql';
const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

const golden = files.filter((file) => file.endsWith('.sql'));
const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

/** The expression in each table's key or partition that must be bounded, and the column that must be, besides. */
const HOURS = [/toStartOfHour\(Timestamp\) BETWEEN /, /(?<!\()Timestamp BETWEEN /];
const FIVE_MINUTES = [/toStartOfFiveMinutes\(Timestamp\) BETWEEN /, /(?<!\()Timestamp BETWEEN /];
const DAYS = [/\bDay BETWEEN /];
const BOUNDS: Readonly<Record<string, readonly RegExp[]>> = {
  spans: HOURS,
  trace_index: DAYS,
  trace_summary: [/\bHour BETWEEN /],
  red_1m: [/\bMinute BETWEEN /],
  red_5m: [/\bStart BETWEEN /],
  service_operations: DAYS,
  attr_catalog: DAYS,
  ingest_usage: DAYS,
  ingest_ledger: [...DAYS, /\bMinute BETWEEN /],
  ingest_rejects: [...DAYS, /\bLastAt BETWEEN /],
  logs: FIVE_MINUTES,
  metric_series: DAYS,
  metric_gauge: HOURS,
  metric_sum: HOURS,
  metric_histogram: HOURS,
  metric_exp_histogram: HOURS,
  metric_summary: HOURS,
};
const OWN = /\bTenantId = \{tenantId:UInt32\} AND ProjectId = \{projectId:UInt64\}/;

interface TableRead {
  readonly table: string;
  /** The rest of its SELECT, without subqueries. */
  readonly clauses: string;
}

/** Every table that a statement reads, with the clauses that apply to it. */
function tableReads(sql: string): TableRead[] {
  return [...sql.matchAll(/\bFROM (?!\()(\S+)/g)].map((match) => {
    const from = match.index + match[0].length;
    return { table: match[1] ?? '', clauses: ownClauses(sql.slice(from)) };
  });
}

/** Up to the parenthesis that closes the SELECT; what is in a nested SELECT is left out. */
function ownClauses(text: string): string {
  let clauses = '';
  const isSelect: boolean[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '(') isSelect.push(/^\(\s*(SELECT|WITH)\b/.test(text.slice(at)));
    const isNested = isSelect.includes(true);
    if (character === ')' && isSelect.pop() === undefined) break;
    if (!isNested) clauses += character;
  }
  return clauses;
}

describe('statements of query', () => {
  it('are found', () => {
    expect(golden.length).toBeGreaterThan(15);
    expect(sources.length).toBeGreaterThan(5);
  });

  it('are each named by a literal, and each is on file', () => {
    const named = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bname: (['"`])([^'"`]*)\1, sql/g)].map((match) => match[2]),
    );
    expect(named.filter((name) => !/^[a-z][a-z_]+$/.test(name ?? ''))).toEqual([]);
    const onFile = golden.map((file) => /^-- (.+)\n/.exec(readFileSync(file, 'utf8'))?.[1]);
    expect([...new Set(onFile)].sort()).toEqual([...new Set(named)].sort());
  });

  it('are written nowhere else in query', () => {
    const strays = readdirSync('services/query', { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file.endsWith('.ts') && !file.startsWith(ROOT) && !file.endsWith('.test.ts'))
      .filter((file) => /\bFROM \{database:Identifier\}/.test(readFileSync(file, 'utf8')));
    expect(strays).toEqual([]);
  });

  it.each(golden)('%s reads own rows of a bounded time only', (file) => {
    const reads = tableReads(readFileSync(file, 'utf8').replace(/^--.*\n/, ''));
    expect(reads.length).toBeGreaterThan(0);
    for (const { table, clauses } of reads) {
      const [, name = ''] = /^\{database:Identifier\}\.([a-z_0-9]+)$/.exec(table) ?? [];
      const rules = BOUNDS[name];
      expect(rules, `${file}: ${table} has no rule`).toBeDefined();
      for (const rule of [OWN, ...(rules ?? [])]) expect(clauses, `${file}: ${table}`).toMatch(rule);
    }
  });
});

describe('the check itself', () => {
  it('tells the clauses of a table from those of its subqueries', () => {
    const reads = tableReads('SELECT a FROM x WHERE f(1) AND b IN (SELECT b FROM y WHERE c) AND d');
    expect(reads).toEqual([
      { table: 'x', clauses: ' WHERE f(1) AND b IN  AND d' },
      { table: 'y', clauses: ' WHERE c' },
    ]);
  });
});
