import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../_util/rest.js';
import { type Answer, IDENTITIES, startTenantBed, type TenantBed } from '../gateway/tenants.harness.js';

const OWN = 'token-of-the-tenant-with-limits';
const OTHER = 'token-of-another-tenant';
const CELL = 'gob_cell_default';
/** Filtered, so that the spans themselves are read. */
const SPANS = 'traces/analytics?period=1h&filter=duration+%3E+1ns';

let bed: TenantBed;
beforeAll(async () => {
  const read = { scopes: ['read_observability'] };
  const tokens = [
    { name: 'own', token: OWN, project: 70, ...read },
    { name: 'other', token: OTHER, project: 90, ...read },
  ];
  const tenants = [
    { id: 70, path: 'own', tier: 'premium', projects: [{ id: 70, path: 'own/web' }] },
    { id: 90, path: 'other', projects: [{ id: 90, path: 'other/web' }] },
  ];
  const { admins } = IDENTITIES;
  bed = await startTenantBed({ withQuery: true, identities: { admins, tenants, tokens } });
  for (const tenant of [70, 90])
    await sql(`INSERT INTO ${CELL}.spans (TenantId, ProjectId, Timestamp, TraceId, SpanId, ServiceName, SpanName, DurationNs)
      SELECT ${tenant}, ${tenant}, now64(9) - INTERVAL number MICROSECOND, unhex(leftPad(hex(number), 32, '0')),
        unhex(leftPad(hex(number), 16, '0')), 'shop', concat('operation ', toString(number)), 1000 + number FROM numbers(60000)`);
});
afterAll(() => bed.close());

const sql = (text: string) => bed.sql(text);

const ask = (suffix: string, signal?: AbortSignal) => get(`/v3/query/70/${suffix}`, OWN, signal);
const askOther = (suffix: string) => get(`/v3/query/90/${suffix}`, OTHER);

/** Of an answer, or of a refusal. */
interface Body {
  readonly results?: readonly unknown[];
  readonly detail?: string;
}

async function get(path: string, token: string, signal?: AbortSignal) {
  const response = await fetch(`${bed.gatewayUrl}${path}`, {
    headers: { 'PRIVATE-TOKEN': token },
    ...(signal && { signal }),
  });
  const body = (await response.json()) as Body;
  return { status: response.status, headers: response.headers, body };
}

/** Sets the limits of the tier of tenant 70. Resolves with when the registry had them. */
async function setLimits(limits: Readonly<Record<string, number>>): Promise<number> {
  const answer: Answer = await bed.send('PUT', '/v3/admin/tiers/premium', { body: { limits } });
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: 200 });
  return performance.now();
}

/** How long after a change the next answers follow it. */
async function inForceAfterMs(changedAtMs: number, isInForce: () => Promise<boolean>): Promise<number> {
  await eventually(isInForce, Boolean);
  return performance.now() - changedAtMs;
}

/** Meanwhile the names of services are made by this SELECT. */
async function withNames(select: string, body: () => Promise<void>): Promise<void> {
  await sql(`RENAME TABLE ${CELL}.service_operations TO ${CELL}.kept`);
  await sql(
    `CREATE VIEW ${CELL}.service_operations AS SELECT toUInt32(70) AS TenantId, toUInt64(70) AS ProjectId, today() AS Day, ${select}`,
  );
  try {
    await body();
  } finally {
    await sql(`DROP VIEW ${CELL}.service_operations`);
    await sql(`RENAME TABLE ${CELL}.kept TO ${CELL}.service_operations`);
  }
}
const SLOW = `toString(number + sleepEachRow(0.2)) AS ServiceName, '' AS SpanName FROM numbers(200) SETTINGS max_block_size = 1`;
const HUNGRY = `arrayJoin(groupArray(concat(toString(number), repeat('x', 1000)))) AS ServiceName, '' AS SpanName FROM numbers(100000)`;

const refused = (detail: RegExp) => ({
  status: 422,
  body: { code: 'query_too_expensive', detail: expect.stringMatching(detail) },
});

describe('the query budget of a tenant', () => {
  it.each([
    [
      'query_max_read_rows',
      1_000,
      /limit 1000 rows, query_max_read_rows of the tenant, measured \d{4,} rows/,
    ],
    [
      'query_max_read_bytes',
      2 ** 20,
      /limit 1048576 bytes, query_max_read_bytes of the tenant, measured \d{7,} bytes/,
    ],
  ])('bounds %s, is in force within 2 s, and is nobody else’s', async (name, value, detail) => {
    expect(await ask(SPANS)).toMatchObject({ status: 200 });
    const changedAtMs = await setLimits({ [name]: value });
    const afterMs = await inForceAfterMs(changedAtMs, async () => (await ask(SPANS)).status === 422);
    expect(afterMs).toBeLessThan(2_000);
    const answer = await ask(SPANS);
    expect(answer).toMatchObject(refused(detail));
    expect(answer.body.detail).toMatch(/Narrow the time range or add a filter/);
    expect(answer.headers.get('x-query-stats')).toMatch(/statements=[1-9]/);
    expect(await askOther(SPANS)).toMatchObject({ status: 200 });
    const backMs = await inForceAfterMs(await setLimits({}), async () => (await ask(SPANS)).status === 200);
    expect(backMs).toBeLessThan(2_000);
  });

  it('bounds the rows of a single trace too, which are counted when they have been read', async () => {
    const trace = 'traces/00000000-0000-0000-0000-000000000001';
    expect(await ask(trace)).toMatchObject({ status: 200 });
    await setLimits({ query_max_read_rows: 1_000 });
    const answer = await eventually(
      () => ask(trace),
      ({ status }) => status === 422,
    );
    expect(answer).toMatchObject(
      refused(/limit 1000 rows, query_max_read_rows of the tenant, measured \d{4,} rows/),
    );
    await setLimits({});
  });

  it('bounds memory', async () => {
    await setLimits({ query_max_memory_bytes: 2 ** 25 });
    await withNames(HUNGRY, async () => {
      const answer = await eventually(
        () => ask('services'),
        ({ status }) => status === 422,
      );
      expect(answer).toMatchObject(
        refused(
          /more memory.*limit 33554432 bytes, query_max_memory_bytes of the tenant, measured \d{8,} bytes/,
        ),
      );
      expect(await askOther(SPANS)).toMatchObject({ status: 200 });
    });
  });

  it('bounds time, and what waits for its turn', async () => {
    await setLimits({ query_max_seconds: 1, query_max_concurrent: 1 });
    await withNames(SLOW, async () => {
      const answer = await eventually(
        () => ask('services'),
        ({ status }) => status === 422,
      );
      expect(answer).toMatchObject(
        refused(/time budget \(limit 1000 ms, query_max_seconds of the tenant, measured \d{4,} ms\)/),
      );
      await setLimits({ query_max_concurrent: 1 });
      const leaving = new AbortController();
      // One runs, four wait, and the first to be answered is the one too many.
      const crowd = Array.from({ length: 6 }, () => ask('services', leaving.signal));
      const first = await Promise.race(crowd);
      expect(first).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(first.body.detail).toMatch(
        /1 queries running and 4 waiting; at most 1 run at a time \(query_max_concurrent of the tenant\).*narrow the time range/,
      );
      expect(first.headers.get('retry-after')).toBe('1');
      expect(await askOther(SPANS)).toMatchObject({ status: 200 });
      leaving.abort();
      await Promise.allSettled(crowd);
    });
  });
});

describe('what was read', () => {
  it('is counted in rows and bytes of the tables, not of the answer', async () => {
    await setLimits({});
    const { headers, body } = await askOther(SPANS);
    expect(body.results?.length).toBeLessThan(1_000);
    const [, rows, bytes] = /^rows=(\d+), bytes=(\d+), /.exec(headers.get('x-query-stats') ?? '') ?? [];
    expect(Number(rows)).toBeGreaterThanOrEqual(60_000);
    expect(Number(bytes)).toBeGreaterThan(60_000 * 8);
  });
});
