import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListTracesRequestSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Principal } from '../../../lib/rpc/caller.js';
import {
  bytesOf,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  selectionOf,
  spanIdOf,
  startQueryBed,
  toHex,
  traceIdOf,
} from './fixture.js';

const OTHER_DATABASE = 'gob_cell_other';
const HOUR = 3600n * NANO_PER_SECOND;
const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed(['gob_cell_default', OTHER_DATABASE]);
});
afterAll(() => bed.close());

describe('isolation', () => {
  const readers = [
    { tenantId: 5, projectId: 30n },
    { tenantId: 5, projectId: 31n },
    { tenantId: 6, projectId: 30n },
    { tenantId: 5, projectId: 30n, database: OTHER_DATABASE },
  ];
  const nameOf = (reader: (typeof readers)[number]) =>
    `t${reader.tenantId}-p${reader.projectId}-${reader.database ?? ''}`;
  beforeAll(() =>
    bed.insert(
      readers.map((reader) => ({
        ...reader,
        traceId: traceIdOf(1),
        spanId: spanIdOf(1),
        startUnixNano: NOW - HOUR,
        service: nameOf(reader),
        name: nameOf(reader),
      })),
    ),
  );
  for (const reader of readers) {
    it(`shows ${nameOf(reader)} its own rows only, though all ids are equal`, async () => {
      const own = nameOf(reader);
      const options = await bed.as(reader);
      const { spans } = await bed.client.getTrace({ traceId: bytesOf(traceIdOf(1)) }, options);
      expect(spans.map((span) => span.serviceName)).toEqual([own]);
      expect((await bed.client.listServices({}, options)).names).toEqual([own]);
      for (const other of readers.map(nameOf)) {
        const expected = other === own ? [own] : [];
        expect((await bed.client.listOperations({ serviceName: other }, options)).names).toEqual(expected);
        for (const sort of [1, 2, 3, 4]) {
          const filtered = await bed.client.listTraces(
            { range: LAST_DAY, sort, selection: selectionOf({ serviceNames: [other] }) },
            options,
          );
          expect(filtered.traces.map((trace) => trace.serviceName)).toEqual(expected);
        }
      }
      const all = await bed.client.listTraces({ range: LAST_DAY }, options);
      expect(all.traces.map((trace) => [trace.serviceName, trace.totalSpans])).toEqual([[own, 1n]]);
    });
  }
});

describe('page tokens', () => {
  const projectId = 40n;
  const request = {
    range: LAST_DAY,
    pageSize: 2,
    selection: selectionOf({ serviceNames: ['shop'] }),
    sort: 1,
  };
  beforeAll(() =>
    bed.insert(
      Array.from({ length: 6 }, (_, index) => ({
        projectId,
        traceId: traceIdOf(index),
        spanId: spanIdOf(index),
        startUnixNano: NOW - HOUR + BigInt(index),
      })),
    ),
  );

  it('survive another replica, and are refused once anything of them has changed', async () => {
    const options = await bed.as({ projectId });
    const { nextPageToken: token } = await bed.client.listTraces(request, options);
    const replica = await bed.start();
    const next = await replica.client.listTraces({ ...request, pageToken: token }, options);
    expect(next.traces.map((trace) => toHex(trace.traceId))).toEqual([traceIdOf(3), traceIdOf(2)]);
    const whole = Buffer.from(token, 'base64url');
    const changed = [...whole.keys()].map((index) => {
      const copy = Buffer.from(whole);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return copy.toString('base64url');
    });
    const damaged = [
      ...changed,
      token.slice(1),
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      'x',
      'a'.repeat(100_000),
    ];
    for (const pageToken of damaged) {
      const error = await errorOf(bed.client.listTraces({ ...request, pageToken }, options));
      expect(error).toMatchObject({ code: 'invalid_argument', field: 'page_token' });
    }
  });

  it('are bound to tenant, project, filter, sort and the width of the range', async () => {
    const { nextPageToken: pageToken } = await bed.client.listTraces(request, await bed.as({ projectId }));
    const others = [
      [request, { projectId: 41n }],
      [request, { projectId, tenantId: 2 }],
      [{ ...request, sort: 2 }, { projectId }],
      [{ ...request, sort: 3 }, { projectId }],
      [{ ...request, selection: selectionOf({ operations: ['shop'] }) }, { projectId }],
      [{ ...request, selection: {} }, { projectId }],
      [{ ...request, range: { ...LAST_DAY, endUnixNano: NOW - 1n } }, { projectId }],
    ] satisfies [MessageInitShape<typeof ListTracesRequestSchema>, Partial<Principal>][];
    for (const [asked, principal] of others) {
      const error = await errorOf(bed.client.listTraces({ ...asked, pageToken }, await bed.as(principal)));
      expect(error).toMatchObject({ code: 'invalid_argument', field: 'page_token' });
    }
  });
});
