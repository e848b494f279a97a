import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { AttributeSignal, QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Caller } from '../../../lib/rpc/caller.js';
import { withAssertion } from '../../../lib/rpc/client.js';
import { createTestSigner, testPrincipal } from '../../_util/signing.js';
import {
  bytesOf,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  selectionOf,
  startQueryBed,
  traceIdOf,
} from './fixture.js';

const HOUR = 3600n * NANO_PER_SECOND;
const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
});
afterAll(() => bed.close());

describe('arguments', () => {
  it('are refused with the field at fault', async () => {
    const options = await bed.as();
    const bad = {
      range: [
        {},
        { range: { startUnixNano: 2n, endUnixNano: 1n } },
        { range: { startUnixNano: 0n, endUnixNano: 2n ** 63n } },
      ],
      sort: [{ range: LAST_DAY, sort: 99 }],
      filter: [
        { range: LAST_DAY, selection: selectionOf({ serviceNames: Array.from({ length: 101 }, String) }) },
        { range: LAST_DAY, selection: selectionOf({ serviceNames: ['x'.repeat(1025)] }) },
        { range: LAST_DAY, selection: { expression: 'service = a)' } },
      ],
    };
    for (const [field, requests] of Object.entries(bad))
      for (const request of requests)
        expect(await errorOf(bed.client.listTraces(request, options))).toMatchObject({
          code: 'invalid_argument',
          field,
        });
    expect(await errorOf(bed.client.listOperations({}, options))).toMatchObject({
      code: 'invalid_argument',
      field: 'service_name',
    });
  });

  it('may reach beyond what is stored', async () => {
    const options = await bed.as({ projectId: 50n });
    for (const range of [
      { startUnixNano: 0n, endUnixNano: 2n ** 63n - 1n },
      { startUnixNano: 0n, endUnixNano: 1n },
      { startUnixNano: 2n ** 63n - 1n, endUnixNano: 2n ** 63n - 1n },
    ])
      expect(await bed.client.listTraces({ range }, options)).toMatchObject({
        traces: [],
        nextPageToken: '',
      });
  });

  it('of many and long filters arrive whole', async () => {
    const serviceNames = Array.from({ length: 100 }, (_, index) =>
      `${index}`.padEnd(1024, 'ü'.repeat(1)).slice(0, 500),
    );
    const selection = selectionOf({ serviceNames, operations: serviceNames });
    const answer = await bed.client.listTraces({ range: LAST_DAY, selection }, await bed.as());
    expect(answer.traces).toEqual([]);
  });
});

describe('callers', () => {
  const calls = (options: Parameters<QueryBed['client']['listServices']>[1]) => [
    bed.client.listTraces({ range: LAST_DAY }, options),
    bed.client.getTrace({ traceId: bytesOf(traceIdOf(1)) }, options),
    bed.client.getTraceAnalytics({ range: LAST_DAY }, options),
    bed.client.getServiceGraph({ range: LAST_DAY }, options),
    bed.client.listAttributeKeys({ signal: AttributeSignal.SPANS }, options),
    bed.client.listAttributeValues(
      { signal: AttributeSignal.SPANS, attribute: { scope: FieldScope.ITEM, key: 'k' } },
      options,
    ),
    bed.client.listServices({}, options),
    bed.client.listOperations({ serviceName: 'shop' }, options),
  ];

  it('are asked about every call of the contract', () => {
    expect(calls(undefined).map((call) => call.catch(() => {}))).toHaveLength(QueryService.methods.length);
  });

  const refusals = async (options: Parameters<typeof calls>[0]) =>
    new Set((await Promise.all(calls(options).map(errorOf))).map((error) => error.code));

  it('without a valid assertion for query are refused by every call', async () => {
    const stranger = await createTestSigner();
    const good = await bed.signer.sign(testPrincipal(), 'query');
    const bad = {
      none: undefined,
      garbage: withAssertion('garbage'),
      'another audience': withAssertion(await bed.signer.sign(testPrincipal(), 'tenant-quota')),
      'another key': withAssertion(await stranger.sign(testPrincipal(), 'query')),
      'a changed signature': withAssertion(good.slice(0, -4) + (good.endsWith('AAAA') ? 'BBBB' : 'AAAA')),
    };
    for (const options of Object.values(bad))
      expect(await refusals(options)).toEqual(new Set(['unauthenticated']));
  });

  it('that are services, or lack the scope, are refused by every call', async () => {
    const service: Caller = { kind: 'service', service: 'gatekeeper' };
    const asService = withAssertion(await bed.signer.sign(service, 'query'));
    expect(await refusals(asService)).toEqual(new Set(['permission_denied']));
    for (const scopes of [[], ['write_observability'], ['read'], ['READ_API']])
      expect(await refusals(await bed.as({ scopes }))).toEqual(new Set(['permission_denied']));
    for (const scopes of [['api'], ['read_api'], ['write_observability', 'read_observability']])
      expect((await bed.client.listServices({}, await bed.as({ scopes, projectId: 60n }))).names).toEqual([]);
  });
});
