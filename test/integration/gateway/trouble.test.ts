import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { eventually } from '../../_util/rest.js';
import { errorOf } from '../query/fixture.js';
import { insertGatewaySpans, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewaySpans(bed.query);
});
afterAll(() => bed.close());

describe('trouble', () => {
  it('of a service that is away is 503 with Retry-After and no address', async () => {
    for (const config of [{ gatekeeperUrl: 'http://127.0.0.1:9' }, { queryUrl: 'http://127.0.0.1:9' }]) {
      const url = await bed.start(config);
      const response = await fetch(`${url}/v3/query/7/services`, {
        headers: { 'PRIVATE-TOKEN': 'shop-read' },
      });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      const problem = await problemOf(response, 503);
      expect(JSON.stringify(problem)).not.toContain('127.0.0.1');
    }
  });

  it('of a query over its budget is 422 with what was hit, the limit and a remedy', async () => {
    const { url: queryUrl } = await bed.query.start({ queryMaxRowsToRead: 1 });
    const url = await bed.start({ queryUrl });
    const response = await fetch(`${url}/v3/query/7/traces/analytics?filter=status+%3D+error`, {
      headers: { 'PRIVATE-TOKEN': 'shop-read' },
    });
    expect(response.headers.get('x-query-stats')).toMatch(/^rows=\d+, bytes=\d+, ms=[\d.]+, statements=\d+$/);
    expect(await problemOf(response, 422)).toMatchObject({
      code: 'query_too_expensive',
      detail: expect.stringMatching(
        /more rows than its budget allows \(limit 1 rows, QUERY_MAX_ROWS_TO_READ of the instance, measured \d+ rows\)\. Narrow the time range/,
      ),
    });
  });

  it('of a tenant that asks too much at once is 429 for it, and nothing for the others', async () => {
    const { url: queryUrl } = await bed.query.start({ queryMaxConcurrentCalls: 1 });
    const url = await bed.start({ queryUrl });
    const leaving = new AbortController();
    const ask = (project: number, token: string, suffix: string) =>
      fetch(`${url}/v3/query/${project}/${suffix}`, {
        headers: { 'PRIVATE-TOKEN': token },
        signal: leaving.signal,
      });
    await withSlowNames(async (running) => {
      // One runs, four wait, and the first to be answered is the one too many.
      const crowd = Array.from({ length: 6 }, () => ask(7, 'shop-read', 'services'));
      const refused = await Promise.race(crowd);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await problemOf(refused, 429)).toMatchObject({
        code: 'rate_limited',
        detail: expect.stringMatching(
          /1 queries running.*QUERY_MAX_CONCURRENT_CALLS of the instance.*narrow/,
        ),
      });
      expect((await ask(9, 'stranger', 'traces')).status).toBe(200);
      leaving.abort();
      await Promise.allSettled(crowd);
      await eventually(running, (count) => count === 0);
    });
  });

  it('of a tenant that asks two replicas of query is bounded by both together', async () => {
    const kv = new MemoryKv();
    const start = () => bed.query.start({ queryMaxConcurrentCalls: 1 }, { kv });
    const [one, other] = [await start(), await start()];
    const leaving = new AbortController();
    const options = await bed.query.as({ projectId: 7n }, leaving.signal);
    await withSlowNames(async (running) => {
      const ask = ({ client }: typeof one) => client.listServices({}, options).catch(() => undefined);
      const first = ask(one);
      await eventually(running, (count) => count === 1);
      const waiting = Array.from({ length: 5 }, () => ask(other));
      // None of the five runs, since the one at the other replica does.
      const refusal = await eventually(
        () => errorOf(other.client.listServices({}, options)),
        ({ message }) => message.includes('1 queries running and 5 waiting; at most 1 run at a time'),
      );
      expect(refusal.code).toBe('rate_limited');
      expect(await running()).toBe(1);
      leaving.abort();
      await Promise.all([first, ...waiting]);
      await eventually(running, (count) => count === 0);
    });
  });

  it('of a client that goes away ends the query in ClickHouse', async () => {
    const { url } = await startPatient();
    await withSlowNames(async (running) => {
      const leaving = new AbortController();
      const outcome = fetch(`${url}/v3/query/7/services`, {
        headers: { 'PRIVATE-TOKEN': 'shop-read' },
        signal: leaving.signal,
      }).catch((error: Error) => error.name);
      await eventually(running, (count) => count === 1);
      leaving.abort();
      expect(await outcome).toBe('AbortError');
      await eventually(running, (count) => count === 0);
    });
  });

  it('of a client that closes its live tail ends the poll in ClickHouse', async () => {
    const { hostname, port } = new URL((await startPatient()).url);
    await withSlowTail(async (running) => {
      const socket = connect(Number(port), hostname);
      socket.write(
        `GET /v3/query/7/logs/tail HTTP/1.1\r\nhost: ${hostname}\r\nPRIVATE-TOKEN: shop-read\r\n\r\n`,
      );
      await eventually(running, (count) => count === 1);
      socket.destroy();
      await eventually(running, (count) => count === 0);
    });
  });

  it('of malformed HTTP ends the connection with 400 or 431', async () => {
    const { hostname, port } = new URL(bed.url);
    const send = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        let answer = '';
        socket.on('data', (chunk) => {
          answer += chunk;
        });
        socket.on('error', reject).on('close', () => resolve(answer));
      });
    expect(await send('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await send(`GET / HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
  });
});

/** Nothing but the client's going away ends a query here while a test runs. */
async function startPatient(): Promise<{ readonly url: string }> {
  const { url: queryUrl } = await bed.query.start({ queryMaxExecutionMs: 300_000 });
  return { url: await bed.start({ queryUrl, gatewayRequestTimeoutMs: 300_000 }) };
}

type Running = () => Promise<number>;

/** Meanwhile the names of services take minutes to read. `running` counts how often they are being read. */
const withSlowNames = (body: (running: Running) => Promise<void>) =>
  withSlow({ table: 'service_operations', statement: 'service_names', columns: NAME_COLUMNS }, body);
/** The same of what a live tail looks at. */
const withSlowTail = (body: (running: Running) => Promise<void>) =>
  withSlow({ table: 'logs', statement: 'log_tail_counts', columns: TAIL_COLUMNS }, body);

const NAME_COLUMNS = "today() AS Day, toString(number + sleepEachRow(0.2)) AS ServiceName, '' AS SpanName";
const TAIL_COLUMNS = "now64(9, 'UTC') + toIntervalSecond(sleepEachRow(0.2)) AS Timestamp";

interface Slow {
  readonly table: string;
  readonly statement: string;
  readonly columns: string;
}

/** Meanwhile a table takes minutes to read. */
async function withSlow(
  { table, statement, columns }: Slow,
  body: (running: Running) => Promise<void>,
): Promise<void> {
  const { sql } = bed.query;
  const name = `gob_cell_default.${table}`;
  await sql(`RENAME TABLE ${name} TO gob_cell_default.kept`);
  await sql(
    `CREATE VIEW ${name} AS SELECT toUInt32(1) AS TenantId, toUInt64(7) AS ProjectId, ${columns} FROM numbers(2000) SETTINGS max_block_size = 1`,
  );
  const running = async () =>
    Number(
      await sql(
        `SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE '%${statement}%' FORMAT TSV`,
      ),
    );
  try {
    await body(running);
  } finally {
    await sql(`DROP VIEW ${name}`);
    await sql(`RENAME TABLE gob_cell_default.kept TO ${name}`);
  }
}
