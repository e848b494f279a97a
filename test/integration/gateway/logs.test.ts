import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexId } from '../query/fixture.js';
import { MINUTE } from '../query/logs/fixture.js';
import { isoOf, problemOf, START } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';
import { askLogs, DASHED_ID, type Item, insertGatewayLogs, TRACE_ID, WARNING } from './logs-data.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewayLogs(bed);
});
afterAll(() => bed.close());

const { json, search } = askLogs(() => bed);

describe('log metadata', () => {
  it('tells services, flags, severities and their number over time, integers exact', async () => {
    const start = START - 5n * MINUTE;
    const path = `/logs/searchmetadata?start_time=${isoOf(start)}&end_time=${isoOf(START + 5n * MINUTE)}`;
    const text = await (await bed.get(`/v3/query/7${path}`)).text();
    expect(text).toContain(`"start_ts":${start},`);
    const { summary, severity_numbers_counts: buckets, bucket_ns } = JSON.parse(text);
    expect(summary).toEqual({
      service_names: ['pay', 'shop'],
      trace_flags: [0, 1],
      severity_names: ['info', 'warn', 'error'],
      severity_numbers: [9, 13, 17],
    });
    expect(bucket_ns).toBe(10_000_000_000);
    expect(buckets.length).toBeGreaterThanOrEqual(60);
    const totals: Record<string, number> = {};
    for (const { counts } of buckets)
      for (const [severity, count] of Object.entries<number>(counts))
        totals[severity] = (totals[severity] ?? 0) + count;
    expect(totals).toEqual({ '9': 4, '13': 1, '17': 4 });
    const filtered = await json<{ summary: object }>('/logs/searchmetadata?service_name=pay&period=1h');
    expect(filtered.summary).toMatchObject({ service_names: ['pay'], severity_names: ['error'] });
    const none = await json<{ summary: object; severity_numbers_counts: object[] }>(
      '/logs/searchmetadata?service_name=nobody&period=1h',
    );
    expect(none.summary).toEqual({
      service_names: [],
      trace_flags: [],
      severity_names: [],
      severity_numbers: [],
    });
    expect(none.severity_numbers_counts.length).toBeGreaterThanOrEqual(60);
  });
});

describe('log context', () => {
  const fingerprint = async () => (await search('severity_number=13')).results[0]?.fingerprint ?? '';
  const context = async (query: string) => {
    const answer = await json<{ before: Item[]; log: Item; after: Item[] }>(
      `/logs/${await fingerprint()}/context?${query}`,
    );
    expect(answer.log.body).toBe(WARNING.body);
    return [answer.before.map(({ body }) => body), answer.after.map(({ body }) => body)];
  };

  it('shows the records around one, of its service, its resource or all', async () => {
    expect(await context('')).toEqual([
      ['tick 0', 'tick 2'],
      ['tick 4', 'tick 6'],
    ]);
    expect(await context('scope=resource')).toEqual([['tick 0'], ['tick 4', 'tick 6']]);
    expect(await context('scope=project&before=1&after=3')).toEqual([
      ['tick 3'],
      ['tick 4', 'tick 5', 'tick 6'],
    ]);
    expect(await context('before=0&after=1')).toEqual([[], ['tick 4']]);
  });

  it('of no record is 404', async () => {
    const unknown = (await fingerprint()).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    for (const text of [unknown, 'f'.repeat(32), '0'.repeat(32)])
      await problemOf(await bed.get(`/v3/query/7/logs/${text}/context`), 404);
    expect(await problemOf(await bed.get('/v3/query/7/logs/x/context'), 400)).toMatchObject({
      field: 'fingerprint',
    });
  });
});

describe('logs of a trace', () => {
  it('need no time', async () => {
    for (const id of [DASHED_ID, TRACE_ID]) {
      const answer = await json<{ trace_id: string; results: Item[]; next_page_token: string }>(
        `/traces/${id}/logs`,
      );
      expect(answer).toMatchObject({
        trace_id: DASHED_ID,
        results: [{ body: WARNING.body, trace_id: DASHED_ID }],
      });
      expect(await json(`/traces/${id}/logs?page_token=${answer.next_page_token}`)).toEqual({
        trace_id: DASHED_ID,
        results: [],
      });
    }
    expect(await json(`/traces/${DASHED_ID}/logs?body=nothing`)).toEqual({
      trace_id: DASHED_ID,
      results: [],
    });
    expect(await json(`/traces/${hexId(1, 32)}/logs`)).toMatchObject({ results: [] });
  });
});

describe('log attributes', () => {
  it('are completed', async () => {
    expect(await json('/logs/attributes')).toEqual({
      attributes: [
        { name: 'cart.id', scope: 'log' },
        { name: 'host.name', scope: 'resource' },
      ],
    });
    expect(await json('/logs/attributes/cart.id/values')).toEqual({ values: ['10', '9'] });
    expect(await json('/logs/attributes/cart.id/values?search=1&scope=log')).toEqual({ values: ['10'] });
    expect(await json('/logs/attributes/cart.id/values?scope=resource')).toEqual({ values: [] });
  });
});

describe('path generations', () => {
  it('give the same answers', async () => {
    const [item] = (await search('severity_number=13')).results;
    for (const suffix of [
      '/logs/search?severity_number=13',
      '/logs/searchmetadata?severity_number=13&start_time=2031-01-01T00:00:00Z&end_time=2031-01-01T00:01:00Z',
      `/logs/${item?.fingerprint}/context`,
      `/traces/${DASHED_ID}/logs`,
      '/logs/attributes',
      '/logs/attributes/cart.id/values',
    ]) {
      const answers = [];
      for (const base of ['/v3/query/7', '/query/22/7/v1', '/observability/v1']) {
        const response = await bed.get(base + suffix);
        expect(response.status, base + suffix).toBe(200);
        const { next_page_token: _token, ...body } = (await response.json()) as Record<string, unknown>;
        answers.push(body);
      }
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });
});
