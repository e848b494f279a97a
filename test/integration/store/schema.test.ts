import { describe, expect, it } from 'vitest';
import { useCells } from './cell.harness.js';
import { child, HOUR_NS, root, TRACE_ID } from './harness.js';

const { store, database, insert, select } = useCells();

const LEAD = `SELECT lower(hex(TraceId)) AS id, min(Lead) AS lead, lead.IsChild AS inProgress, lead.Service AS service,
  lead.Name AS name, lead.Status AS status, toString(sum(Spans)) AS spans, toString(sum(Errors)) AS errors,
  toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start)) AS durationNs,
  arraySort(groupUniqArrayArray(Services)) AS services
FROM {database:Identifier}.trace_summary WHERE TenantId = 22 AND ProjectId = 7 GROUP BY TraceId`;

describe('trace_summary', () => {
  it('is led by the earliest span until the root is there, merged or not', async () => {
    await insert('t1', [child, { ...child, spanId: '03', second: 0, name: 'validate', status: 'Unset' }]);
    expect(await select(LEAD)).toMatchObject([
      {
        id: TRACE_ID,
        inProgress: 1,
        service: 'pay',
        name: 'validate',
        status: 'Unset',
        spans: '2',
        errors: '1',
      },
    ]);
    await insert('t2', [root]);
    const complete = {
      ...{ id: TRACE_ID, inProgress: 0, service: 'shop', name: 'POST /buy', status: 'Ok' },
      ...{ spans: '3', errors: '1', durationNs: '7000000000', services: ['pay', 'shop'] },
    };
    expect(await select(LEAD)).toMatchObject([complete]);
    await store().command(
      { name: 'test', sql: 'OPTIMIZE TABLE {database:Identifier}.trace_summary FINAL' },
      {},
      { database: database() },
    );
    expect(await select('SELECT count() AS n FROM {database:Identifier}.trace_summary')).toEqual([
      { n: '1' },
    ]);
    expect(await select(LEAD)).toMatchObject([complete]);
  });

  it('takes the earliest of several roots with all that belongs to it', async () => {
    await insert('t1', [
      root,
      { ...root, spanId: '09', second: 1, service: 'aaa', name: 'zzz', status: 'Error' },
    ]);
    expect(await select(LEAD)).toMatchObject([{ service: 'aaa', name: 'zzz', status: 'Error' }]);
  });
});

describe('what else is derived from spans', () => {
  it('lists services and operations, rates by minute, and where a trace lies', async () => {
    await insert('t1', [child, root], [{ ...child, spanId: '04' }]);
    expect(
      await select(
        'SELECT DISTINCT ServiceName AS s, SpanName AS n FROM {database:Identifier}.service_operations ORDER BY s',
      ),
    ).toEqual([
      { s: 'pay', n: 'charge' },
      { s: 'shop', n: 'POST /buy' },
    ]);
    expect(
      await select(
        'SELECT ServiceName AS s, sum(Calls) AS calls, sum(Errors) AS errors, sumMap(Hist) AS hist FROM {database:Identifier}.red_1m GROUP BY s ORDER BY s',
      ),
    ).toEqual([
      { s: 'pay', calls: '2', errors: '2', hist: { 39: '2' } },
      { s: 'shop', calls: '1', errors: '0', hist: { 128: '1' } },
    ]);
    expect(
      await select(
        'SELECT toUnixTimestamp64Nano(min(Start)) AS a, toUnixTimestamp64Nano(max(End)) AS b FROM {database:Identifier}.trace_index',
      ),
    ).toEqual([{ a: String(HOUR_NS + 1_000_000_001n), b: String(HOUR_NS + 2_000_000_001n) }]);
  });
});

describe('indexes', () => {
  it('answer key=value on spans and words in log bodies', async () => {
    const explain = async (sql: string) =>
      (await select<{ explain: string }>(`EXPLAIN indexes = 1 ${sql}`)).map((row) => row.explain).join('\n');
    await insert('t1', [root]);
    await store().insertRows({
      name: 'test',
      database: database(),
      table: 'logs',
      rows: [
        {
          TenantId: 22,
          ProjectId: '7',
          Timestamp: '2026-05-01 10:00:00',
          Body: 'Connection REFUSED by peer',
        },
      ],
    });
    expect(
      await explain("SELECT count() FROM {database:Identifier}.spans WHERE has(AttrItems, 'user.id=31')"),
    ).toContain('idx_attr');
    expect(
      await explain(
        "SELECT count() FROM {database:Identifier}.logs WHERE hasAllTokens(Body, 'connection refused')",
      ),
    ).toContain('idx_body');
    expect(
      await select(
        "SELECT count() AS n FROM {database:Identifier}.logs WHERE hasAllTokens(Body, 'connection refused')",
      ),
    ).toEqual([{ n: '1' }]);
  });
});
