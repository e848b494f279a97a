import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchLogsRequestSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import type { Principal } from '../../../../lib/rpc/caller.js';
import { bytesOf, errorOf, startQueryBed, traceIdOf } from '../fixture.js';
import { bodiesOf, connectLogs, HOUR, insertLogs, type LogBed, MINUTE } from './fixture.js';

const OTHER_DATABASE = 'gob_cell_other';
const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let logBed: LogBed;
beforeAll(async () => {
  const bed = await startQueryBed(['gob_cell_default', OTHER_DATABASE]);
  logBed = { bed, client: connectLogs(bed.url) };
});
afterAll(() => logBed.bed.close());

describe('isolation of logs', () => {
  const readers = [
    { tenantId: 5, projectId: 30n },
    { tenantId: 5, projectId: 31n },
    { tenantId: 6, projectId: 30n },
    { tenantId: 5, projectId: 30n, database: OTHER_DATABASE },
  ];
  const TIME = NOW - HOUR;
  const shared = { traceId: traceIdOf(1), spanId: '00aa11bb22cc33dd', service: 'shop' };
  // The very same records for everybody, and one for each reader whose severity tells whose it is.
  beforeAll(async () => {
    for (const [index, reader] of readers.entries()) {
      const own = { ...shared, ...reader };
      await insertLogs(logBed.bed, [
        { ...own, timeUnixNano: TIME, body: 'same' },
        { ...own, timeUnixNano: TIME + MINUTE, body: 'same' },
        { ...own, timeUnixNano: TIME + BigInt(index + 2) * MINUTE, body: 'same', severityNumber: index + 1 },
      ]);
    }
  });

  for (const [index, reader] of readers.entries()) {
    const name = `${reader.tenantId}/${reader.projectId}/${reader.database ?? ''}`;
    it(`shows ${name} its own three records only, by every call`, async () => {
      const options = await logBed.bed.as(reader);
      const severities = [9, 9, index + 1].sort();
      const filters = [
        {},
        { serviceNames: ['shop'] },
        { traceIds: [bytesOf(shared.traceId)] },
        { bodyWords: ['same'] },
        // An OR outside of what binds a statement to its reader would show everything.
        { expression: 'same OR severity > 0 OR NOT service = nothing' },
      ];
      for (const filter of filters) {
        const { logs } = await logBed.client.searchLogs({ range: LAST_DAY, filter }, options);
        expect(logs.map((log) => log.severityNumber).sort()).toEqual(severities);
      }
      const ofTrace = await logBed.client.searchLogs(
        { filter: { traceIds: [bytesOf(shared.traceId)] } },
        options,
      );
      expect(ofTrace.logs).toHaveLength(3);
      const summary = await logBed.client.summarizeLogs({ range: LAST_DAY }, options);
      expect(summary.severityNumbers).toEqual([index + 1, 9]);
      const total = summary.buckets
        .flatMap(({ counts }) => Object.values(counts))
        .reduce((sum, n) => sum + n, 0n);
      expect(total).toBe(3n);
      const [oldest] = ofTrace.logs.slice(-1);
      const context = await logBed.client.getLogContext(
        { fingerprint: oldest?.fingerprint ?? new Uint8Array(), scope: 3 },
        options,
      );
      expect([context.before.length, context.after.map((log) => log.severityNumber)]).toEqual([
        0,
        [9, index + 1],
      ]);
    });
  }

  it('does not find the record of another by its fingerprint', async () => {
    const owner = await logBed.bed.as(readers[1]);
    const { logs } = await logBed.client.searchLogs(
      { range: LAST_DAY, filter: { severityNumbers: [2] } },
      owner,
    );
    const fingerprint = logs[0]?.fingerprint ?? new Uint8Array();
    expect(logs).toHaveLength(1);
    for (const reader of [readers[0], readers[2], readers[3]]) {
      const options = await logBed.bed.as(reader);
      expect(
        (await logBed.client.searchLogs({ filter: { fingerprints: [fingerprint] } }, options)).logs,
      ).toEqual([]);
      expect(await errorOf(logBed.client.getLogContext({ fingerprint }, options))).toMatchObject({
        code: 'not_found',
      });
    }
  });
});

describe('page tokens of logs', () => {
  const projectId = 40n;
  const request = { range: LAST_DAY, pageSize: 2, filter: { serviceNames: ['shop'] } };
  beforeAll(() =>
    insertLogs(
      logBed.bed,
      Array.from({ length: 6 }, (_, index) => ({
        projectId,
        timeUnixNano: NOW - BigInt(index) * MINUTE,
        body: String(index),
      })),
    ),
  );

  it('survive another replica, and are refused by any other listing', async () => {
    const options = await logBed.bed.as({ projectId });
    const { nextPageToken: pageToken } = await logBed.client.searchLogs(request, options);
    const replica = connectLogs((await logBed.bed.start()).url);
    expect(bodiesOf((await replica.searchLogs({ ...request, pageToken }, options)).logs)).toEqual(['2', '3']);
    const others = [
      [request, { projectId: 41n }],
      [request, { projectId, tenantId: 2 }],
      [{ ...request, filter: {} }, { projectId }],
      [{ ...request, filter: { notServiceNames: ['shop'] } }, { projectId }],
      [{ ...request, range: { ...LAST_DAY, endUnixNano: NOW - 1n } }, { projectId }],
    ] satisfies [MessageInitShape<typeof SearchLogsRequestSchema>, Partial<Principal>][];
    for (const [asked, principal] of others) {
      const call = logBed.client.searchLogs({ ...asked, pageToken }, await logBed.bed.as(principal));
      expect(await errorOf(call)).toMatchObject({ code: 'invalid_argument', field: 'page_token' });
    }
  });
});

describe('the text index', () => {
  it('may be missing from new parts without changing what is found', async () => {
    const projectId = 50n;
    const insert = (body: string, settings: string) =>
      logBed.bed.sql(`INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, Body) SETTINGS ${settings}
        VALUES (1, ${projectId}, fromUnixTimestamp64Nano(${NOW - MINUTE}, 'UTC'), '${body}')`);
    await logBed.bed.sql('SYSTEM STOP MERGES gob_cell_default.logs');
    await insert('Connection Refused: not indexed', 'materialize_skip_indexes_on_insert = 0');
    await insert('CONNECTION refused: indexed', 'materialize_skip_indexes_on_insert = 1');
    const find = async (filter: object) => {
      const { logs } = await logBed.client.searchLogs(
        { range: LAST_DAY, filter },
        await logBed.bed.as({ projectId }),
      );
      return bodiesOf(logs).sort();
    };
    const both = ['CONNECTION refused: indexed', 'Connection Refused: not indexed'];
    expect(await find({ bodyWords: ['refused CONNECTION'] })).toEqual(both);
    expect(await find({ bodyContains: ['ION refused: '] })).toEqual(both);
    expect(await find({ bodyWords: ['not'] })).toEqual(both.slice(1));
    expect(await find({ notBodyWords: ['NOT'] })).toEqual(both.slice(0, 1));
    expect(await find({ bodyWords: ['connect'] })).toEqual([]);
  });
});

describe('the cost of a search', () => {
  it('is bounded in rows, with the limit named', async () => {
    const projectId = 60n;
    await logBed.bed.sql(`INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, Body)
      SELECT 1, ${projectId}, fromUnixTimestamp64Nano(${NOW - HOUR} + number, 'UTC'), 'x' FROM numbers(20000)`);
    const poor = connectLogs((await logBed.bed.start({ queryMaxRowsToRead: 1_000 })).url);
    const error = await errorOf(poor.searchLogs({ range: LAST_DAY }, await logBed.bed.as({ projectId })));
    expect(error).toMatchObject({
      code: 'query_too_expensive',
      message: expect.stringMatching(/limit 1000 rows/),
    });
  });
});
