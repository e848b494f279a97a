import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE, NANO_PER_SECOND } from '../query/fixture.js';
import { insertLogs } from '../query/logs/fixture.js';
import { counter, createIngest, NOON } from '../query/metrics/harness.js';
import { insertGatewaySpans, OF_TENANT_QUOTA, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';
import {
  answerOf,
  hasExample,
  isStream,
  type OpenApi,
  type Operation,
  openApi,
  suffixOf,
} from './openapi-model.js';

const START = BigInt(Date.now()) * 1_000_000n - 60n * NANO_PER_SECOND;
/** The owner of project 9, which has what the examples ask for. */
const OWNER = { 'PRIVATE-TOKEN': 'stranger' };

let bed: GatewayBed;
let document: OpenApi;
/** Of a record of project 9. It holds the record's time, so no fixed example of it lasts. */
let fingerprint = '';
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewaySpans(bed.query);
  const span = {
    tenantId: 2,
    projectId: 9n,
    traceId: '0a1b2c3d00004000800000000000beef',
    columns: { Attrs: "map('http.route', '/cart', 'n', '3')", AttrsNum: "map('n', 3)" },
  };
  await bed.query.insert([
    {
      ...span,
      spanId: '00aa11bb22cc33dd',
      startUnixNano: START,
      durationNano: 4_200_000n,
      name: 'GET /cart',
    },
    {
      ...span,
      spanId: '00aa11bb22cc33de',
      parentSpanId: '00aa11bb22cc33dd',
      startUnixNano: START + 1n,
      durationNano: 1_000n,
      service: 'pay',
    },
  ]);
  await bed.query.sql(
    `INSERT INTO ${DATABASE}.attr_catalog (TenantId, ProjectId, Day, Signal, Source, Key, Value, Rows)
     VALUES (2, 9, today(), 'spans', 'attr', 'http.route', '/cart', 1), (2, 9, today(), 'logs', 'attr', 'cart.id', '9', 1)`,
  );
  await bed.query.sql(
    `INSERT INTO ${DATABASE}.ingest_ledger (TenantId, ProjectId, Signal, Minute, ServiceName, ReceivedItems)
     VALUES (2, 9, 'traces', toStartOfMinute(now()), 'shop', 1)`,
  );
  await bed.query.sql(
    `INSERT INTO ${DATABASE}.ingest_rejects (TenantId, ProjectId, Signal, LastAt, Reason) VALUES (2, 9, 'traces', now64(3), 'invalid_id')`,
  );
  await insertExampleLogs();
  await insertMetric();
  document = openApi.parse(await (await bed.get('/openapi.json', {})).json());
});
afterAll(() => bed.close());

/** A warning of the trace, with a record before and after it. */
async function insertExampleLogs(): Promise<void> {
  const log = { tenantId: 2, projectId: 9n, traceId: '0a1b2c3d00004000800000000000beef', severityNumber: 13 };
  await insertLogs(
    bed.query,
    [-1n, 0n, 1n].map((offset) => ({ ...log, timeUnixNano: START + offset, body: 'cart is empty' })),
  );
  const response = await bed.get('/v3/query/9/logs/search', OWNER);
  const { results } = (await response.json()) as { results: { fingerprint: string }[] };
  fingerprint = results[1]?.fingerprint ?? '';
}

async function insertMetric(): Promise<void> {
  const { ingest, stop } = await createIngest(bed.query);
  const now = Number((START - NOON) / NANO_PER_SECOND);
  const labels = { region: 'eu' };
  const points = [
    { at: now - 120, value: 1n, labels },
    { at: now, value: 4n, labels, traceIds: ['0a1b2c3d00004000800000000000beef'] },
  ];
  await ingest([counter('cart.items', points)], { tenantId: 2, projectId: 9n });
  await stop();
}

/** Every question about telemetry with an answer that ends. */
function questions(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, { get }]) =>
    get && path.includes('{project_id}') && !OF_TENANT_QUOTA.test(path) && !isStream(get)
      ? [[path, get] satisfies [string, Operation]]
      : [],
  );
}

/** The address of an operation's example. */
function exampleUrl(path: string, { parameters }: Operation, projectId: number): string {
  const ids: Readonly<Record<string, string>> = {
    project_id: String(projectId),
    group_id: '22',
    fingerprint,
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const example = parameters.find((one) => one.in === 'path' && one.name === name)?.example;
    return encodeURIComponent(ids[name] ?? String(example));
  });
  const query = parameters.flatMap(({ in: place, name, example }) =>
    place === 'query' && example !== undefined
      ? [example].flat().map((value): [string, string] => [name, String(value)])
      : [],
  );
  return `${filled}?${new URLSearchParams(query)}`;
}

describe('openapi.json', () => {
  it('names every parameter of a path once, and each operation has a valid example', () => {
    expect(questions().length).toBeGreaterThan(10);
    for (const [path, get] of questions()) {
      const inPath = get.parameters.filter((one) => one.in === 'path').map((one) => one.name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      const names = get.parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(names).size, path).toBe(names.length);
      const { schema, example } = answerOf(get);
      expect(example, path).toBeDefined();
      schema.parse(example);
    }
  });

  it('has no example that is not run', () => {
    const run = questions().map(([path]) => suffixOf(path));
    const shown = Object.entries(document.paths).filter(([, methods]) =>
      Object.values(methods).some(hasExample),
    );
    expect(shown.length).toBeGreaterThanOrEqual(run.length);
    expect(shown.map(([path]) => path).filter((path) => !run.includes(suffixOf(path)))).toEqual([]);
  });

  it('has examples that run, with answers as described', async () => {
    for (const [path, get] of questions()) {
      const response = await bed.get(exampleUrl(path, get, 9), OWNER);
      const body: unknown = await response.json();
      expect(response.status, `${path}: ${JSON.stringify(body)}`).toBe(200);
      answerOf(get).schema.parse(body);
      const lists = Object.values(body as object).filter(Array.isArray);
      for (const list of lists) expect(list.length, path).toBeGreaterThan(0);
    }
  });
});

describe('every route', () => {
  /** What may be asked without a credential: the UI, the documentation, and the way in and out. */
  const SIGNING_IN = ['POST /v1/auth/sign-in', 'GET /v1/auth/start', 'GET /v1/auth/callback'];
  const PUBLIC = ['GET /*', 'OPTIONS *', 'GET /openapi.json', 'POST /v1/auth/sign-out', ...SIGNING_IN];

  const CREDENTIALS_OF_STRANGERS: readonly [string, string][][] = [
    [],
    [['private-token', 'wrong']],
    [['authorization', 'Bearer wrong']],
    [['cookie', 'gob_session=wrong']],
  ];

  const closedRoutes = () =>
    bed.routes.filter(
      ({ method, url }) =>
        !OF_TENANT_QUOTA.test(url) && !PUBLIC.includes(`${method.replace('HEAD', 'GET')} ${url}`),
    );

  const BAD_PARAMETERS = new URLSearchParams(
    ['period', 'page_size', 'sort', 'filter', 'limit', 'mname', 'mtype', 'month'].map(
      (name): [string, string] => [name, ')('],
    ),
  );

  it('tells a stranger nothing about what is wrong with a request', async () => {
    expect(closedRoutes().length).toBeGreaterThan(20);
    for (const { method, url } of closedRoutes()) {
      const address = `${url.replace(/:\w+/g, 'not-an-id').replace('*', 'nothing')}?${BAD_PARAMETERS}`;
      const body = ['PUT', 'POST'].includes(method) && { body: '{"limits": 1}' };
      for (const credential of CREDENTIALS_OF_STRANGERS) {
        const headers = new Headers([['x-requested-with', 'XMLHttpRequest'], ...credential]);
        if (body) headers.set('content-type', 'application/json');
        const response = await fetch(`${bed.url}${address}`, { method, headers, ...body });
        expect(response.status, `${method} ${address}`).toBe(401);
      }
    }
  });

  it('tells a user of another tenant only that there is no such project', async () => {
    for (const [path, get] of questions()) {
      const [address] = exampleUrl(path, get, 7).split('?');
      const response = await bed.get(`${address}?${BAD_PARAMETERS}`, OWNER);
      // Without a project in the path it is the caller's own that is asked.
      expect(response.status, path).toBe(path.includes('{project_id}') ? 404 : 400);
    }
  });

  it('that names a project refuses a user of another tenant', async () => {
    for (const [path, get] of questions()) {
      const response = await bed.get(exampleUrl(path, get, 7), OWNER);
      expect(await problemOf(response, 404), path).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('answers of query', () => {
  it('say what they cost', async () => {
    for (const [path, get] of questions()) {
      const response = await bed.get(exampleUrl(path, get, 9), OWNER);
      const stats = response.headers.get('x-query-stats') ?? '';
      const [, rows, statements] = /^rows=(\d+), bytes=\d+, ms=[\d.]+, statements=(\d+)$/.exec(stats) ?? [];
      expect(Number(rows), `${path}: ${stats}`).toBeGreaterThan(0);
      expect(Number(statements)).toBeGreaterThan(0);
    }
  });

  it('are not sent again when they are catalogues that the client has', async () => {
    for (const suffix of [
      'services',
      'services/shop/operations',
      'traces/attributes',
      'traces/attributes/http.route/values',
      'logs/attributes',
      'logs/attributes/cart.id/values',
      'metrics/autocomplete',
      'metrics/searchmetadata?mname=cart.items&mtype=sum',
    ]) {
      const url = `/v3/query/9/${suffix}`;
      const first = await bed.get(url, OWNER);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\/"[\w-]{27}"$/);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      const again = await bed.get(url, { ...OWNER, 'if-none-match': `"other", ${etag}` });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      expect((await bed.get(url, { ...OWNER, 'if-none-match': '"other"' })).status).toBe(200);
      await problemOf(await bed.get(url, { 'PRIVATE-TOKEN': 'shop-read', 'if-none-match': etag }), 404);
    }
    expect((await bed.get('/v3/query/9/traces', OWNER)).headers.get('etag')).toBeNull();
  });
});
