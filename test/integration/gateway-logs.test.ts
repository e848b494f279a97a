import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoOf, problemOf, START } from './gateway-data.js';
import { type GatewayBed, startGatewayBed } from './gateway-fixture.js';
import { hexId } from './query-fixture.js';
import { insertLogs, MINUTE, type TestLog } from './query-logs-fixture.js';

const TRACE_ID = hexId(0xbeef, 32);
const DASHED_ID = '00000000-0000-0000-0000-00000000beef';
const WARNING: TestLog = {
  projectId: 7n,
  timeUnixNano: START,
  body: 'Cart is empty: "\n"',
  service: 'shop',
  severityNumber: 13,
  severityText: 'Warn',
  traceId: TRACE_ID,
  spanId: '00aa11bb22cc33dd',
  traceFlags: 1,
  attributes: { 'cart.id': '9', 'http.route': '/cart' },
  resource: { 'host.name': 'h1' },
};

interface Item {
  readonly body: string;
  readonly fingerprint: string;
}

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  const others = Array.from({ length: 8 }, (_, index) => ({
    projectId: 7n,
    timeUnixNano: START + BigInt(index - 4) * MINUTE + 1n,
    body: `tick ${index}`,
    service: index % 2 === 0 ? 'shop' : 'pay',
    severityNumber: index % 2 === 0 ? 9 : 17,
    resourceHash: index === 2 ? 2 : 1,
  }));
  await insertLogs(bed.query, [WARNING, ...others]);
  await bed.query.insert([
    { projectId: 7n, traceId: TRACE_ID, spanId: '00aa11bb22cc33dd', startUnixNano: START - MINUTE },
  ]);
  await bed.query.sql(`INSERT INTO gob_cell_default.attr_catalog VALUES
    (1, 7, today(), 'logs', 'attr', 'cart.id', '9', 1), (1, 7, today(), 'logs', 'attr', 'cart.id', '10', 1),
    (1, 7, today(), 'logs', 'attr', 'cart.id', '9', 4), (1, 7, today(), 'logs', 'resource', 'host.name', 'h1', 1),
    (1, 7, today(), 'spans', 'attr', 'of.spans', 'x', 1), (1, 7, today() - 60, 'logs', 'attr', 'past.retention', 'x', 1)`);
});
afterAll(() => bed.close());

async function json<T>(path: string): Promise<T> {
  const response = await bed.get(`/v3/query/7${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

const search = (query: string) =>
  json<{ results: Item[]; next_page_token?: string }>(`/logs/search?${query}`);
const bodies = async (query: string) => (await search(query)).results.map((item) => item.body);

describe('log search', () => {
  it('answers as the contract says', async () => {
    const { results, next_page_token: token } = await search('service_name=shop&severity_name=warn');
    expect(results).toEqual([
      {
        timestamp: isoOf(START),
        observed_timestamp: isoOf(START),
        trace_id: DASHED_ID,
        span_id: '00AA11BB22CC33DD',
        trace_flags: 1,
        severity_text: 'Warn',
        severity_number: 13,
        service_name: 'shop',
        body: WARNING.body,
        body_type: 'string',
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
        event_name: '',
        scope_name: 'scope',
        scope_version: '',
        resource_attributes: { 'host.name': 'h1' },
        log_attributes: { 'cart.id': '9', 'http.route': '/cart' },
        scope_attributes: {},
      },
    ]);
    expect(await search(`service_name=shop&severity_name=warn&page_token=${token}`)).toEqual({ results: [] });
    const [other] = (await search('severity_number=9&page_size=1')).results;
    expect(other).toMatchObject({ trace_id: '', span_id: '', body: 'tick 6' });
  });

  it('takes every filter of the contract, and operators beyond it', async () => {
    const only = [WARNING.body];
    for (const query of [
      'severity_number=13',
      'severity_name=WARN',
      'severity_name=warn&severity_number=13',
      'gt[severity_number]=9&lt[severity_number]=17',
      'not[severity_name]=info&not[severity_name]=error',
      'not[severity_number]=9&not[severity_number]=17',
      `trace_id=${DASHED_ID}`,
      `trace_id=${TRACE_ID.toUpperCase()}&period=1h`,
      'span_id=00AA11BB22CC33DD',
      'trace_flags=1',
      'not[trace_flags]=0',
      'log_attr_name=cart.id&log_attr_value=9&log_attr_name=http.route&log_attr_value=/cart',
      'res_attr_name=host.name&res_attr_value=h1',
      'body=EMPTY&body=cart',
      'body=empty%20cart',
      'not[body]=tick',
      'like[body]=rt%20is%20EMP',
      'not_like[body]=ick',
      `start_time=${isoOf(START)}&end_time=${isoOf(START)}`,
    ])
      expect(await bodies(query), query).toEqual(only);
    expect(
      await bodies('log_attr_name=cart.id&log_attr_value=/cart&log_attr_name=http.route&log_attr_value=9'),
    ).toEqual([]);
    expect(await bodies('service_name=pay')).toEqual(['tick 7', 'tick 5', 'tick 3', 'tick 1']);
    expect(await bodies('not[service_name]=shop&period=30d')).toHaveLength(4);
    expect(await bodies('period=5m')).toEqual([]);
  });

  it('finds a record by its fingerprint without a time, also by an exact instant', async () => {
    const [item] = (await search('severity_number=13')).results;
    const fingerprint = item?.fingerprint ?? '';
    expect(await bodies(`fingerprint=${fingerprint}`)).toEqual([WARNING.body]);
    expect(
      await bodies(`fingerprint=${fingerprint}&start_time=${isoOf(START)}&end_time=${isoOf(START)}`),
    ).toEqual([WARNING.body]);
    expect(
      await bodies(`fingerprint=${fingerprint.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))}`),
    ).toEqual([]);
  });

  it('refuses what it does not understand, naming it', async () => {
    const bad: Readonly<Record<string, string>> = {
      'sort=timestamp_desc': 'sort',
      'severity_name=loud': 'severity_name.0',
      'severity_number=25': 'severity_number.0',
      'severity_number=-1': 'severity_number.0',
      'trace_flags=256': 'trace_flags.0',
      'trace_id=x': 'trace_id.0',
      'span_id=00': 'span_id.0',
      'fingerprint=5f00c0ffee00c0de': 'fingerprint.0',
      'log_attr_name=a': 'log_attr_value',
      'log_attr_value=a': 'log_attr_name',
      'res_attr_name=a&res_attr_name=b&res_attr_value=c': 'res_attr_value',
      'page_size=0': 'page_size',
      'page_token=x': 'page_token',
      'period=1w': 'period',
      'not[body]=x&not[trace_id]=y': 'not[trace_id]',
    };
    for (const [query, field] of Object.entries(bad)) {
      const problem = await problemOf(await bed.get(`/v3/query/7/logs/search?${query}`), 400);
      expect(problem, query).toMatchObject({ code: 'invalid_argument', field });
    }
  });
});

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
        { name: 'cart.id', source: 'log' },
        { name: 'host.name', source: 'resource' },
      ],
    });
    expect(await json('/logs/attributes?source=log&search=ART&limit=1')).toEqual({
      attributes: [{ name: 'cart.id', source: 'log' }],
    });
    expect(await json('/logs/attributes/values?name=cart.id')).toEqual({ values: ['10', '9'] });
    expect(await json('/logs/attributes/values?name=cart.id&search=1&source=log&period=1d')).toEqual({
      values: ['10'],
    });
    expect(await json('/logs/attributes/values?name=cart.id&source=resource')).toEqual({ values: [] });
    expect(await problemOf(await bed.get('/v3/query/7/logs/attributes/values'), 400)).toMatchObject({
      field: 'name',
    });
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
      '/logs/attributes/values?name=cart.id',
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
