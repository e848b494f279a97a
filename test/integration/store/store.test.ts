import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { exceptionCodeOf } from '../../../lib/store/exception-codes.js';
import { type CallOptions, createStore, type Store } from '../../../lib/store/store.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';

const context = testServiceContext();
const open = (url: string) => createStore({ url, application: 'store-test', ...context });
const sql = (text: string) => ({ name: 'test', sql: text });

let clickhouse: EmbeddedClickHouse;
let store: Store;
beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = open(clickhouse.url);
});
afterAll(async () => {
  await store.close();
  await clickhouse.close();
});

/** The AppError that a statement ends with. */
async function failureOf(text: string, options: CallOptions = {}, on = store): Promise<AppError> {
  const result: unknown = await on.query(sql(text), {}, options).catch((error: unknown) => error);
  if (!(result instanceof AppError)) throw new Error(`no AppError but ${JSON.stringify(result)}`);
  return result;
}

describe('a query', () => {
  it('keeps 64-bit integers exact and takes values only through typed parameters', async () => {
    const text = "it's\n\t\\ \u{1F600} {x:UInt64}; DROP TABLE t --";
    const { rows } = await store.query(
      sql(
        'SELECT {big:UInt64} AS big, toInt64(-9223372036854775808) AS low, {text:String} AS text, {list:Array(String)} AS list',
      ),
      { big: 18_446_744_073_709_551_615n, text, list: ["a'b", 'c'] },
    );
    expect(rows).toEqual([
      { big: '18446744073709551615', low: '-9223372036854775808', text, list: ["a'b", 'c'] },
    ]);
  });

  it('takes lists that are far too long for a URL', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => index.toString(16).padStart(32, '0'));
    const { rows } = await store.query(sql('SELECT length({ids:Array(String)}) AS n'), { ids });
    expect(rows).toEqual([{ n: '3000' }]);
  });

  it('takes the database as an identifier', async () => {
    const { rows } = await store.query<{ name: string }>(
      sql("SELECT name FROM {database:Identifier}.databases WHERE name = 'system'"),
      {},
      { database: 'system' },
    );
    expect(rows).toEqual([{ name: 'system' }]);
  });

  it('reports what was read', async () => {
    const { stats } = await store.query(sql('SELECT sum(number) FROM numbers(1000)'));
    expect(stats).toMatchObject({ rowsRead: 1_000, bytesRead: 8_000 });
    expect(stats.elapsedMs).toBeGreaterThan(0);
  });

  it('is tagged with application, statement, tenant and project', async () => {
    const { rows } = await store.query<{ tags: string }>(
      sql("SELECT getSetting('log_comment') AS tags, {tenantId:UInt32} AS t, {projectId:UInt64} AS p"),
      { tenantId: 22, projectId: 7n },
    );
    expect(JSON.parse(rows[0]?.tags ?? '')).toEqual({
      app: 'store-test',
      statement: 'test',
      tenant: '22',
      project: '7',
    });
  });

  it('runs next to many others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => store.query<{ i: number }>(sql('SELECT {i:UInt32} AS i'), { i })),
    );
    expect(answers.map(({ rows }) => rows[0]?.i)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('is counted by statement and outcome', async () => {
    await store.query({ name: 'counted', sql: 'SELECT 1' });
    await store.query({ name: 'counted', sql: 'SELEC 1' }).catch(() => undefined);
    const metrics = await context.registry.metrics();
    expect(metrics).toContain('gob_store_calls_total{service="default",statement="counted",outcome="ok"} 1');
    expect(metrics).toContain(
      'gob_store_calls_total{service="default",statement="counted",outcome="internal"} 1',
    );
    expect(metrics).toContain(
      'gob_store_call_duration_seconds_count{service="default",statement="counted"} 2',
    );
  });
});

describe('real errors of ClickHouse', () => {
  const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1';
  it.each([
    ['time', endless, { maxExecutionMs: 200 }, 159, 'deadline_exceeded', /time budget/],
    [
      'rows',
      endless,
      { settings: { max_rows_to_read: 1000 } },
      158,
      'query_too_expensive',
      /more rows .*limit 1\.00 thousand.*Narrow/,
    ],
    [
      'bytes',
      endless,
      { settings: { max_bytes_to_read: 1_000_000 } },
      307,
      'query_too_expensive',
      /more bytes .*limit 976\.56 KiB/,
    ],
    [
      'memory',
      'SELECT groupArray(number) FROM numbers(100000000)',
      { settings: { max_memory_usage: 10_000_000 } },
      241,
      'query_too_expensive',
      /more memory .*limit 9\.54 MiB/,
    ],
    [
      'result',
      'SELECT number FROM numbers(100000)',
      { settings: { max_result_rows: 10 } },
      396,
      'query_too_expensive',
      /larger result/,
    ],
    ['table', 'SELECT 1 FROM system.nothing', {}, 60, 'unavailable', /not migrated yet/],
    ['database', 'SELECT 1 FROM nowhere.nothing', {}, 81, 'unavailable', /not migrated yet/],
    ['syntax', 'SELEC 1', {}, 62, 'internal', /^Internal error\.$/],
    ['types', "SELECT toUInt8('x')", {}, 6, 'internal', /^Internal error\.$/],
  ] as const)('over %s', async (_what, text, options, exception, code, message) => {
    const error = await failureOf(text, options);
    expect({ code: error.code, exception: exceptionCodeOf(error) }).toEqual({ code, exception });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/SELEC|sipHash|127\.0\.0\.1/);
  });

  it('refuse an answer that is larger than may be held in memory', async () => {
    const small = createStore({
      url: clickhouse.url,
      application: 'small',
      maxResultBytes: 1_000_000,
      ...context,
    });
    const error = await failureOf("SELECT repeat('x', 900000) AS x FROM numbers(2)", {}, small);
    expect(error).toMatchObject({ code: 'query_too_expensive' });
    await small.close();
  });
});

describe('a caller that goes away', () => {
  it('ends the statement on the server too', async () => {
    const leaving = new AbortController();
    const failure = failureOf(
      "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 AND 'abandoned' != ''",
      { signal: leaving.signal },
    );
    const running = async () => {
      const { rows } = await store.query<{ n: string }>(
        sql(
          "SELECT count() AS n FROM system.processes WHERE query LIKE '%abandoned%' AND query NOT LIKE '%processes%'",
        ),
      );
      return Number(rows[0]?.n);
    };
    await vi.waitFor(async () => expect(await running()).toBe(1), { timeout: 5_000 });
    leaving.abort();
    expect((await failure).code).toBe('cancelled');
    await vi.waitFor(async () => expect(await running()).toBe(0), { timeout: 5_000 });
  });

  it('before the call costs no request', async () => {
    expect(await failureOf('SELECT 1', { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
    expect(await failureOf('SELECT 1', { signal: AbortSignal.timeout(0) })).toBeInstanceOf(AppError);
  });
});

describe('a server in trouble', () => {
  it('that is not there is unavailable, and its address stays secret', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const away = open(`http://user:secret@127.0.0.1:${port}`);
    const error = await failureOf('SELECT 1', {}, away);
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
    expect(isRetryable(error)).toBe(true);
    expect(error.message).not.toMatch(/127\.0\.0\.1|secret/);
    await away.close();
  });

  it('that answers 503, or nothing at all, is unavailable or too late', async () => {
    const server = createServer((request, response) => {
      request.resume();
      if (request.url?.includes('query_id') && mode === 'busy')
        response.writeHead(503).end('upstream connect error');
    }).listen(0, '127.0.0.1');
    let mode = 'busy';
    await once(server, 'listening');
    const broken = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await failureOf('SELECT 1', {}, broken)).toMatchObject({ code: 'unavailable' });
    mode = 'silent';
    expect(await failureOf('SELECT 1', { maxExecutionMs: 1 }, broken)).toMatchObject({
      code: 'deadline_exceeded',
    });
    await broken.close();
    server.closeAllConnections();
    server.close();
  });
});
