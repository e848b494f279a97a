import { expect } from 'vitest';
import { NANO_PER_SECOND, type QueryBed, spanIdOf, traceIdOf } from '../query/fixture.js';

export const START = (BigInt(Date.now()) / 1000n) * NANO_PER_SECOND - 600n * NANO_PER_SECOND + 123_456_789n;
export const TRACE = { projectId: 7n, traceId: '0a1b2c3d00004000800000000000beef' };
export const DASHED = '0a1b2c3d-0000-4000-8000-00000000beef';
export const JSON_HEADERS = { 'content-type': 'application/json', 'x-requested-with': 'XMLHttpRequest' };

/** One trace in project 7, and three services with odd names in project 8. */
export async function insertGatewaySpans(query: QueryBed): Promise<void> {
  await query.insert([
    {
      ...TRACE,
      spanId: '00aa11bb22cc33dd',
      startUnixNano: START,
      durationNano: 2n ** 53n + 1n,
      name: 'GET /cart',
      columns: {
        Attrs:
          "map('http.route', '/cart', 'large', '9007199254740993', 'quote', '\"\\n', 'share', '0.5', 'void', 'NaN')",
        AttrsNum: "map('large', 9007199254740993, 'share', 0.5, 'void', nan)",
        ResourceAttrs: "map('service.name', 'shop')",
        ScopeName: "'http'",
        ScopeVersion: "'1'",
        StatusMessage: "'fine'",
        'Events.Timestamp': `[fromUnixTimestamp64Nano(${START + 1n}, 'UTC')]`,
        'Events.Name': "['exception']",
        'Events.Attrs': "[map('exception.type', 'E')]",
        'Links.TraceId': `[unhex('${TRACE.traceId}')]`,
        'Links.SpanId': "[unhex('00aa11bb22cc33de')]",
        'Links.TraceState': "['']",
        'Links.Attrs': "[map('k', 'v')]",
      },
    },
  ]);
  await query.insert([
    {
      ...TRACE,
      spanId: '00aa11bb22cc33de',
      parentSpanId: '00aa11bb22cc33dd',
      startUnixNano: START + 5n,
      durationNano: 7n,
      service: 'a/b c/operations',
      name: 'charge',
      kind: 'Client',
      status: 'Error',
    },
    ...Array.from({ length: 3 }, (_, index) => ({
      projectId: 8n,
      traceId: traceIdOf(index),
      spanId: spanIdOf(index),
      startUnixNano: START + BigInt(index),
      service: ['ü ß', '100%25', 'x?y#z&'][index] ?? '',
      name: `op ${index}`,
    })),
  ]);
}

export const isoOf = (unixNano: bigint) =>
  `${new Date(Number(unixNano / NANO_PER_SECOND) * 1000).toISOString().slice(0, 19)}.${String(unixNano % NANO_PER_SECOND).padStart(9, '0')}Z`;

/** The problem document of a refusal with this status. */
export async function problemOf(response: Response, status: number) {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, request_id: response.headers.get('x-request-id') });
  return problem;
}

/** Routes that tenant-quota answers, which the query bed has none of; their own tests have one. */
export const OF_TENANT_QUOTA = /^\/v3\/(tenant|admin)\/|\/analytics\/(storage(\/quota)?|cardinality)$/;
