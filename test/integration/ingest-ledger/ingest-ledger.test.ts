import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRequest, exportOverGrpc, makeRequest } from '../otlp-receiver/clients.js';
import { eventually } from '../otlp-receiver/harness.js';
import { ADMIN, type LedgerBed, MAX_REQUEST_BYTES, MAX_WIRE_BYTES, startLedgerBed } from './bed.js';
import { killBetweenWrites } from './killed.js';
import { EXPORTS, good, malformed, tooLarge, twice } from './samples.js';

interface Amount {
  readonly items: number;
  readonly bytes: number;
}
interface Ledger {
  readonly service_name: string;
  readonly received: Amount;
  readonly stored: Amount;
  readonly pending: Amount;
  readonly duplicate: Amount;
  readonly uncounted: Amount;
  readonly set_aside: Amount;
  readonly rejected: Amount & { readonly reasons: readonly { readonly reason: string }[] };
}
interface Reject {
  readonly reason: string;
  readonly [member: string]: unknown;
}

const PROJECTS: Readonly<Record<string, number>> = { 'api-22': 7, 'api-33': 9, 'api-44': 11 };
const SHOPS_REASONS = ['invalid_id', 'payload_too_large', 'time_out_of_range'].map((reason) =>
  expect.objectContaining({ reason }),
);
const SENT_BYTES = EXPORTS.reduce((sum, { body }) => sum + Math.min(body.length, MAX_WIRE_BYTES), 0);

let bed: LedgerBed;
beforeAll(async () => {
  bed = await startLedgerBed();
  for (const { body, status, type } of EXPORTS)
    expect(await bed.send({ body, ...(type && { headers: { 'content-type': type } }) })).toBe(status);
  await eventually(async () => (await ledgersOf('api-22'))[0]?.stored.items === 14 || undefined);
}, 120_000);
afterAll(() => bed?.close());

const ask = <T>(token: string, what: string, query = '') =>
  bed.get<T>(`/v3/query/${PROJECTS[token]}/ingest/${what}?period=1h${query}`, token);
const ledgersOf = async (token: string, query = '') =>
  (await ask<{ signals: Ledger[] }>(token, 'ledger', query)).signals;
const rejectsOf = async (token: string, query = '') =>
  (await ask<{ rejects: Reject[] }>(token, 'rejects', query)).rejects;

function expectBalance(ledger: Ledger): void {
  const { received, stored, duplicate, rejected, set_aside, pending, uncounted } = ledger;
  for (const unit of ['items', 'bytes'] as const)
    expect(received[unit] + uncounted[unit]).toBe(
      [stored, duplicate, rejected, set_aside, pending].reduce((sum, part) => sum + part[unit], 0),
    );
}

describe('what became of the data of a project', () => {
  it('is told by reason, to the item and the byte', async () => {
    const [ledger, ...others] = await ledgersOf('api-22');
    expect(others).toEqual([]);
    expect(ledger).toMatchObject({
      signal: 'traces',
      received: { items: 20, bytes: SENT_BYTES },
      accepted: { items: 14 },
      stored: { items: 14 },
      duplicate: { items: 2, bytes: twice.length },
      pending: { items: 0, bytes: 0 },
      uncounted: { items: 0, bytes: 0 },
      rejected: { items: 4 },
    });
    expect(ledger?.rejected.reasons).toEqual([
      { reason: 'invalid_id', items: 3, bytes: expect.any(Number), requests: 2 },
      { reason: 'malformed_payload', items: 0, bytes: malformed.length, requests: 1 },
      { reason: 'payload_too_large', items: 0, bytes: tooLarge.length + MAX_WIRE_BYTES, requests: 2 },
      { reason: 'time_out_of_range', items: 1, bytes: expect.any(Number), requests: 1 },
    ]);
    if (ledger) expectBalance(ledger);
  });

  it('is told by service as well, the largest first, and each balances', async () => {
    const services = async (order: string) =>
      (await ask<{ services: Ledger[] }>('api-22', 'services', `&order_by=${order}`)).services;
    const byItems = await services('items');
    expect(
      byItems.map(({ service_name, received, stored }) => [service_name, received.items, stored.items]),
    ).toEqual([
      ['shop', 10, 6],
      ['pay', 8, 6],
      ['web', 2, 2],
      ['', 0, 0],
    ]);
    byItems.forEach(expectBalance);
    expect((await services('bytes'))[0]?.service_name).toBe('');
    const [shop] = await ledgersOf('api-22', '&service_name=shop');
    const { received, stored, rejected } = byItems[0] as Ledger;
    expect(shop).toMatchObject({ received, stored, rejected: { ...rejected, reasons: SHOPS_REASONS } });
  });

  it('says why something was refused: limit, measured value and what helps', async () => {
    const rejects = await rejectsOf('api-22');
    const of = (reason: string, more: Readonly<Record<string, unknown>> = {}) =>
      expect.objectContaining({ reason, stored: false, signal: 'traces', ...more });
    expect(rejects).toEqual(
      expect.arrayContaining([
        of('invalid_id', {
          ...{ limit: '8 bytes', measured: '3 bytes', service_name: 'shop', items: 2, requests: 1 },
          ...{ sdk_name: 'opentelemetry (python)', sdk_version: '1.30.0', user_agent: 'node' },
          detail: expect.stringContaining('span_id must be 8 bytes, got 3'),
          remedy: expect.stringContaining('span ids of 8 bytes'),
        }),
        of('time_out_of_range', {
          ...{ limit: 'the last 30 days and the next hour', measured: '2020-01-01T00:00:00Z', items: 1 },
          remedy: expect.stringContaining('clock'),
        }),
        of('payload_too_large', {
          ...{ limit: `${MAX_REQUEST_BYTES} bytes`, measured: `${tooLarge.length} bytes`, requests: 1 },
          ...{ service_name: 'shop', remedy: expect.stringContaining('smaller batches') },
        }),
        of('payload_too_large', {
          limit: `${MAX_WIRE_BYTES} bytes`,
          measured: `${MAX_WIRE_BYTES + 1} bytes`,
        }),
        of('malformed_payload', { bytes: malformed.length, service_name: '' }),
      ]),
    );
    expect(rejects.length).toBe(6);
    expect((await rejectsOf('api-22', '&reason=invalid_id')).length).toBe(2);
    expect(await rejectsOf('api-22', '&signal=logs')).toEqual([]);
    expect(await rejectsOf('api-22', '&service_name=pay')).toEqual([]);
  });

  it('is a matter of time and signal', async () => {
    const past = '/v3/query/7/ingest/ledger?start_time=2026-01-01T00:00:00Z&end_time=2026-01-02T00:00:00Z';
    expect(await bed.get(past, 'api-22')).toMatchObject({ signals: [] });
    expect(await ledgersOf('api-22', '&signal=metrics')).toEqual([]);
    expect(await bed.status('/v3/query/7/ingest/ledger?signal=spans', 'api-22')).toBe(400);
  });

  it('is nobody else’s', async () => {
    expect(await bed.send({ token: 'api-33', body: encodeRequest(makeRequest(good(2), 'shop')) })).toBe(200);
    await eventually(async () => (await ledgersOf('api-33'))[0]?.stored.items === 2 || undefined);
    expect(await rejectsOf('api-33')).toEqual([]);
    for (const what of ['ledger', 'services', 'rejects']) {
      expect(await bed.status(`/v3/query/7/ingest/${what}`, 'api-33')).toBe(404);
      expect(await bed.status(`/v3/query/7/ingest/${what}`, 'no-token')).toBe(401);
      expect(await bed.status(`/v3/admin/tenants/22/ingest/${what}`, 'api-22')).toBe(403);
    }
  });
});

describe('a rate limit that was hit', () => {
  it('is among the refusals and among GitLab’s alerts of who may read the project', async () => {
    const body = encodeRequest(makeRequest(good(2), 'shop'));
    await eventually(async () => (await bed.send({ token: 'api-44', body })) === 429 || undefined);
    const [reject] = await eventually(async () => {
      const found = await rejectsOf('api-44', '&reason=rate_limited');
      return found.length > 0 ? found : undefined;
    });
    expect(reject).toMatchObject({
      limit: expect.stringMatching(/^1000 bytes in 10 s$/),
      measured: expect.stringMatching(/ bytes in the last 10 s$/),
      remedy: expect.stringContaining('Send less'),
    });
    expect(await bed.get('/observability/v1/alerts', 'api-44')).toEqual([
      {
        ...{ tenant_id: '44', project_id: '11', agg_timestamp: expect.stringMatching(/^20\d\d-.*Z$/) },
        alert_type: 'TraceRateLimitEvent',
        description: 'rate limit exceeded on path: /v1/traces with method: POST',
        reason: expect.stringMatching(/^value of .* goes over the limit set to 1000 bytes in 10 s$/),
        count: expect.stringMatching(/^[1-9]\d*$/),
      },
    ]);
    expect(await bed.get('/observability/v1/alerts', 'api-22')).toEqual([]);
    expect(await bed.status('/observability/v1/alerts', 'no-token')).toBe(401);
  });
});

describe('an administrator', () => {
  it('sees every tenant’s books, also on the command line', async () => {
    const { projects } = await bed.get<{ projects: Ledger[] }>('/v3/admin/tenants/22/ingest/ledger', ADMIN);
    expect(projects).toMatchObject([{ project_id: 7, signal: 'traces', received: { items: 20 } }]);
    const { services } = await bed.get<{ services: Ledger[] }>(
      '/v3/admin/tenants/22/ingest/services?order_by=items&limit=1',
      ADMIN,
    );
    expect(services).toMatchObject([{ project_id: 7, service_name: 'shop' }]);
    expect(await bed.gob('tenants', 'usage', '22')).toContain('reason: time_out_of_range');
    expect(await bed.gob('tenants', 'rejects', '22', '--limit', '1')).toContain('remedy:');
    expect(await bed.status('/v3/admin/tenants/99/ingest/ledger', ADMIN)).toBe(404);
  });

  it('sees what was turned away before it was known whose it is, which no tenant does', async () => {
    const body = encodeRequest(makeRequest(good(1)));
    expect(await bed.send({ token: 'stranger', body })).toBe(401);
    const { code } = await exportOverGrpc(bed.receiver, body, { metadata: { 'private-token': 'stranger' } });
    expect(code).toBe(16);
    const rejects = await eventually(async () => {
      const found = (await bed.get<{ rejects: Reject[] }>('/v3/admin/ingest/turned-away', ADMIN)).rejects;
      return found.length >= 2 ? found : undefined;
    });
    expect(rejects.map(({ reason, signal, bytes }) => [reason, signal, bytes])).toEqual(
      Array(2).fill(['unauthenticated', 'traces', body.length]),
    );
    expect(await bed.gob('turned-away')).toContain('reason: unauthenticated');
    for (const token of ['api-22', 'api-33', 'api-44'])
      expect(await rejectsOf(token, '&reason=unauthenticated')).toEqual([]);
  });
});

describe('a receiver that is killed between two writes', () => {
  it('leaves books that never say more is stored than is, and lack at most what came since the last write', async () => {
    const { looks, sent, acknowledged, beforeKill, after } = await killBetweenWrites(bed);
    for (const { counted, rows } of looks) expect(counted).toBeLessThanOrEqual(rows);
    // What was not answered may be stored all the same.
    expect(after.rows).toBeGreaterThanOrEqual(acknowledged);
    expect(after.rows).toBeLessThanOrEqual(sent);
    expect(after.received).toBeGreaterThanOrEqual(beforeKill.received);
    expect(after.counted).toBeGreaterThan(beforeKill.counted);
    expect(after.received).toBeLessThanOrEqual(sent);
  }, 120_000);
});
