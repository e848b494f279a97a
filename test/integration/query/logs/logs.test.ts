import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  SearchLogsRequestSchema,
  SummarizeLogsResponse,
} from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { anew, bytesOf, errorOf, startQueryBed, toHex, traceIdOf } from '../fixture.js';
import { bodiesOf, connectLogs, HOUR, insertLogs, type LogBed, MINUTE, searchAll } from './fixture.js';

const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let logBed: LogBed;
beforeAll(async () => {
  const bed = await startQueryBed();
  logBed = { bed, client: connectLogs(bed.url) };
});
afterAll(() => logBed.bed.close());

describe('a record', () => {
  const projectId = 11n;
  it('is told whole', async () => {
    const time = NOW - HOUR + 123_456_789n;
    await insertLogs(logBed.bed, [
      {
        projectId,
        timeUnixNano: time,
        body: '{"a":"\\"ü"}',
        bodyType: 'json',
        service: 'pay',
        severityNumber: 13,
        severityText: 'Warn',
        traceId: traceIdOf(5),
        spanId: '00aa11bb22cc33dd',
        traceFlags: 1,
        attributes: { 'cart.id': '9' },
        resource: { 'host.name': 'h1' },
        eventName: 'checkout',
      },
    ]);
    const [log] = await searchAll(logBed, projectId, { range: LAST_DAY });
    expect(log).toMatchObject({
      timeUnixNano: time,
      observedTimeUnixNano: time,
      body: '{"a":"\\"ü"}',
      bodyType: 1,
      serviceName: 'pay',
      severityNumber: 13,
      severityText: 'Warn',
      traceId: bytesOf(traceIdOf(5)),
      spanId: bytesOf('00aa11bb22cc33dd'),
      traceFlags: 1,
      attributes: { 'cart.id': '9' },
      resourceAttributes: { 'host.name': 'h1' },
      eventName: 'checkout',
      scopeName: 'scope',
    });
    expect(toHex(log?.fingerprint ?? new Uint8Array())).toMatch(
      new RegExp(`^${time.toString(16).padStart(16, '0')}[0-9a-f]{16}$`),
    );
  });

  it('that was delivered again is shown once and counted once, and does not end a listing early', async () => {
    const project = 12n;
    const copies = Array.from({ length: 12 }, (_, index) => ({
      projectId: project,
      timeUnixNano: NOW - BigInt(index),
      body: String(index),
    }));
    await insertLogs(logBed.bed, copies);
    await insertLogs(logBed.bed, copies);
    const stored = `SELECT count() FROM gob_cell_default.logs WHERE ProjectId = ${project}`;
    expect(await logBed.bed.sql(stored)).toBe('24');
    for (const pageSize of [1, 5, 1_000])
      expect(bodiesOf(await searchAll(logBed, project, { range: LAST_DAY, pageSize }))).toEqual(
        copies.map(({ body }) => body),
      );
    // Two more that differ in nothing but their text, at one time.
    const other = { projectId: project, timeUnixNano: NOW, body: 'other', severityNumber: 17 };
    await insertLogs(logBed.bed, [other, { ...other, body: 'one more' }]);
    const options = await logBed.bed.as({ projectId: project });
    const summary = await logBed.client.summarizeLogs({ range: LAST_DAY }, options);
    expect([totalsOf(summary), summary.repeatsCounted]).toEqual([{ 9: 12n, 17: 2n }, false]);
    const filter = { bodyWords: ['3'] };
    const filtered = await logBed.client.summarizeLogs({ range: LAST_DAY, filter }, options);
    expect(totalsOf(filtered)).toEqual({ 9: 1n });
  });

  it('that was delivered again counts again among very many, and the answer says so', async () => {
    const project = 99n;
    const insert = (rows: number) =>
      logBed.bed.sql(`INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, SeverityNumber, Body)
        SELECT 1, ${project}, fromUnixTimestamp64Nano(${NOW - HOUR} + number, 'UTC'), 9, 'x' FROM numbers(${rows}) SETTINGS ${anew()}`);
    const options = await logBed.bed.as({ projectId: project });
    const count = async () => {
      const summary = await logBed.client.summarizeLogs({ range: LAST_DAY }, options);
      return [totalsOf(summary), summary.repeatsCounted];
    };
    await insert(100_000);
    await insert(100_000);
    const stored = `SELECT count() FROM gob_cell_default.logs WHERE ProjectId = ${project}`;
    expect(await logBed.bed.sql(stored)).toBe('200000');
    expect(await count()).toEqual([{ 9: 100_000n }, false]);
    await insert(1);
    expect(await count()).toEqual([{ 9: 200_001n }, true]);
  });
});

function totalsOf({ buckets }: Pick<SummarizeLogsResponse, 'buckets'>): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { counts } of buckets)
    for (const [severity, count] of Object.entries(counts))
      totals[severity] = (totals[severity] ?? 0n) + count;
  return totals;
}

describe('pages while records arrive', () => {
  it('show every record that was there, once', async () => {
    const projectId = 13n;
    const at = (index: number, timeUnixNano: bigint) => ({ projectId, timeUnixNano, body: String(index) });
    const known = Array.from({ length: 40 }, (_, index) => at(index, NOW - BigInt(index % 9) * MINUTE));
    await insertLogs(logBed.bed, known);
    let next = 1_000;
    const found = await searchAll(logBed, projectId, { range: LAST_DAY, pageSize: 7 }, async () => {
      if (next < 1_010) await insertLogs(logBed.bed, [at(next++, NOW), at(next++, NOW - 4n * MINUTE)]);
    });
    const bodies = bodiesOf(found);
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(bodies).toEqual(expect.arrayContaining(known.map(({ body }) => body)));
  });
});

describe('records of a trace', () => {
  const projectId = 14n;
  const filter = { traceIds: [bytesOf(traceIdOf(7))] };
  const start = NOW - 50n * HOUR;
  beforeAll(async () => {
    await logBed.bed.insert([
      { projectId, traceId: traceIdOf(7), spanId: '0000000000000001', startUnixNano: start },
      { projectId, traceId: traceIdOf(7), spanId: '0000000000000002', startUnixNano: start + MINUTE },
    ]);
    await insertLogs(logBed.bed, [
      { projectId, traceId: traceIdOf(7), timeUnixNano: start + 30n * MINUTE, body: 'during' },
      { projectId, traceId: traceIdOf(7), timeUnixNano: start - MINUTE, body: 'a clock behind' },
      { projectId, traceId: traceIdOf(8), timeUnixNano: start, body: 'of another trace' },
      { projectId, traceId: traceIdOf(9), timeUnixNano: NOW - 300n * HOUR, body: 'of a trace without spans' },
    ]);
  });

  it('are found without a time', async () => {
    expect(bodiesOf(await searchAll(logBed, projectId, { filter, pageSize: 1 }))).toEqual([
      'during',
      'a clock behind',
    ]);
    const { range } = await logBed.client.searchLogs({ filter }, await logBed.bed.as({ projectId }));
    expect(range).toMatchObject({ startUnixNano: start - HOUR, endUnixNano: start + MINUTE + HOUR });
  });

  it('are found when no span of it was stored', async () => {
    expect(
      bodiesOf(await searchAll(logBed, projectId, { filter: { traceIds: [bytesOf(traceIdOf(9))] } })),
    ).toEqual(['of a trace without spans']);
  });
});

describe('arguments', () => {
  it('are refused with the field at fault', async () => {
    const options = await logBed.bed.as();
    const many = Array.from({ length: 101 }, (_, index) => String(index));
    const bad: Readonly<Record<string, readonly MessageInitShape<typeof SearchLogsRequestSchema>[]>> = {
      range: [{}, { filter: { serviceNames: ['a'] } }, { range: { startUnixNano: 2n, endUnixNano: 1n } }],
      page_token: [{ range: LAST_DAY, pageToken: 'x' }],
      filter: [{ filter: { notBodyWords: many.slice(1).map((text) => text.padEnd(700, 'x')) } }],
      'filter.service_names': [
        { filter: { serviceNames: many } },
        { filter: { serviceNames: ['x'.repeat(1_025)] } },
      ],
      'filter.not_service_names': [{ filter: { notServiceNames: many } }],
      'filter.severity_numbers': [{ filter: { severityNumbers: [25] } }],
      'filter.not_severity_numbers': [{ filter: { notSeverityNumbers: [25] } }],
      'filter.trace_flags': [{ filter: { traceFlags: [256] } }],
      'filter.not_trace_flags': [{ filter: { notTraceFlags: [256] } }],
      'filter.trace_ids': [{ filter: { traceIds: [new Uint8Array(15)] } }],
      'filter.span_ids': [{ filter: { spanIds: [new Uint8Array(16)] } }],
      'filter.fingerprints': [
        { filter: { fingerprints: [new Uint8Array(8)] } },
        { filter: { fingerprints: [new Uint8Array(16).fill(255)] } },
      ],
      'filter.attributes': [
        { filter: { attributes: [{ name: '', value: 'x' }] } },
        { filter: { attributes: many.slice(0, 21).map((name) => ({ name: `n${name}`, value: '' })) } },
      ],
      'filter.resource_attributes': [
        { filter: { resourceAttributes: [{ name: 'a', value: 'x'.repeat(1_025) }] } },
      ],
      'filter.body_words': [{ filter: { bodyWords: [many.join(' ')] } }],
    };
    for (const [field, requests] of Object.entries(bad))
      for (const request of requests)
        expect(await errorOf(logBed.client.searchLogs(request, options)), field).toMatchObject({
          code: 'invalid_argument',
          field,
        });
  });

  it('may be as many as allowed, together, and reach beyond what is stored', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => `${index} '`.padEnd(40, 'ü'));
    const pairs = texts.slice(0, 20).map((text) => ({ name: text, value: text }));
    const filter = {
      serviceNames: texts,
      notServiceNames: texts,
      attributes: pairs,
      resourceAttributes: pairs,
      notBodyWords: texts,
      bodyContains: texts,
      notBodyContains: texts,
    };
    const range = { startUnixNano: 0n, endUnixNano: 2n ** 63n - 1n };
    expect(await logBed.client.searchLogs({ range, filter }, await logBed.bed.as())).toMatchObject({
      logs: [],
      nextPageToken: '',
    });
    for (const instant of [0n, 2n ** 63n - 1n])
      expect(
        await logBed.client.searchLogs(
          { range: { startUnixNano: instant, endUnixNano: instant } },
          await logBed.bed.as(),
        ),
      ).toMatchObject({ logs: [] });
  });
});
