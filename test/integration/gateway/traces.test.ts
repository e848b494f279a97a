import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceIdOf } from '../query/fixture.js';
import { DASHED, insertGatewaySpans, isoOf, problemOf, START, TRACE } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewaySpans(bed.query);
});
afterAll(() => bed.close());

describe('traces', () => {
  it('are listed as the contract says, integers exact', async () => {
    const response = await bed.get('/v3/query/7/traces?sort=timestamp_desc&page_size=50&period=1h');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('"duration_nano":9007199254740993');
    const { next_page_token: token, ...body } = JSON.parse(text);
    expect(body).toEqual({
      project_id: 7,
      total_traces: 1,
      traces: [
        {
          trace_id: DASHED,
          timestamp: isoOf(START),
          service_name: 'shop',
          operation: 'GET /cart',
          duration_nano: 2 ** 53,
          total_spans: 2,
          matched_span_count: 2,
          error_span_count: 1,
          status_code: 'STATUS_CODE_UNSET',
          in_progress: false,
        },
      ],
    });
    const last = await bed.get(`/v3/query/7/traces?period=1h&page_token=${token}`);
    expect(await last.json()).toEqual({ project_id: 7, total_traces: 0, traces: [] });
  });

  it('are told with all their spans', async () => {
    for (const id of [DASHED, TRACE.traceId, TRACE.traceId.toUpperCase(), DASHED.toUpperCase()]) {
      const text = await (await bed.get(`/v3/query/7/traces/${id}`)).text();
      expect(text).toContain('"duration_nano":9007199254740993');
      expect(text).toContain('"large":9007199254740993');
      expect(JSON.parse(text)).toEqual({
        trace_id: DASHED,
        timestamp: isoOf(START),
        service_name: 'shop',
        operation: 'GET /cart',
        duration_nano: 2 ** 53,
        total_spans: 2,
        error_span_count: 1,
        in_progress: false,
        status_code: 'STATUS_CODE_UNSET',
        spans: [
          {
            timestamp: isoOf(START),
            span_id: '00AA11BB22CC33DD',
            trace_id: DASHED,
            service_name: 'shop',
            operation: 'GET /cart',
            duration_nano: 2 ** 53,
            parent_span_id: '',
            status_code: 'STATUS_CODE_UNSET',
            status_message: 'fine',
            span_kind: 'SPAN_KIND_SERVER',
            trace_state: '',
            scope_name: 'http',
            scope_version: '1',
            span_attributes: {
              'http.route': '/cart',
              large: '9007199254740993',
              quote: '"\n',
              share: '0.5',
              void: 'NaN',
            },
            resource_attributes: { 'service.name': 'shop' },
            scope_attributes: {},
            events: [
              { timestamp: isoOf(START + 1n), name: 'exception', attributes: { 'exception.type': 'E' } },
            ],
            links: [{ trace_id: DASHED, span_id: '00AA11BB22CC33DE', attributes: { k: 'v' } }],
            exceptions: [{ timestamp: isoOf(START + 1n), type: 'E', message: '', stacktrace: '' }],
            numeric_attributes: { large: 2 ** 53, share: 0.5 },
          },
          expect.objectContaining({
            span_id: '00AA11BB22CC33DE',
            parent_span_id: '00AA11BB22CC33DD',
            status_code: 'STATUS_CODE_ERROR',
            span_kind: 'SPAN_KIND_CLIENT',
            events: [],
            links: [],
          }),
        ],
      });
    }
    const unknown = await problemOf(await bed.get(`/v3/query/7/traces/${traceIdOf(99)}`), 404);
    expect(unknown.code).toBe('not_found');
    for (const id of ['x', `${DASHED}0`, DASHED.replace('-', ''), '0'.repeat(32)])
      expect(await problemOf(await bed.get(`/v3/query/7/traces/${id}`), 400)).toMatchObject({
        field: 'trace_id',
      });
  });

  it('are filtered by repeated names, and both ends of a range count', async () => {
    const count = async (query: string) => {
      const response = await bed.get(`/v3/query/7/traces?${query}`);
      const { traces } = (await response.json()) as { traces: { matched_span_count: number }[] };
      return traces.map((trace) => trace.matched_span_count);
    };
    expect(await count('service_name=shop')).toEqual([1]);
    expect(await count('service_name=shop&service_name=a%2Fb+c%2Foperations')).toEqual([2]);
    expect(await count('service_name=shop&operation=charge')).toEqual([]);
    expect(await count('operation=charge')).toEqual([1]);
    const charge = encodeURIComponent('operation = charge');
    const kinds: Record<string, number[]> = {
      'not[service_name]=shop': [1],
      'not[service_name]=shop&not[service_name]=a%2Fb+c%2Foperations': [],
      'not[operation]=charge': [1],
      [`trace_id=${DASHED}`]: [2],
      [`trace_id=${TRACE.traceId.toUpperCase()}&status=error`]: [1],
      [`not[trace_id]=${DASHED}`]: [],
      'status=error': [1],
      'status=ok': [],
      'not[status]=error': [1],
      'not[status]=error&not[status]=ok': [1],
      'gt[duration_nano]=6.5&lt[duration_nano]=7.5': [1],
      // What a browser makes of 0.57 ms.
      'gt[duration_nano]=5.6999999999999999&lt[duration_nano]=7.5': [1],
      'gt[duration_nano]=7&gt[duration_nano]=6': [1],
      'lt[duration_nano]=7': [],
      'attr_name=http.route&attr_value=%2Fcart': [1],
      'attr_name=http.route&attr_value=%2Fcart&attr_name=service.name&attr_value=shop': [1],
      'attr_name=http.route&attr_value=shop&attr_name=service.name&attr_value=%2Fcart': [],
      [`filter=${charge}`]: [1],
      [`filter=${charge}&service_name=shop`]: [],
    };
    for (const [query, expected] of Object.entries(kinds))
      expect(await count(query), query).toEqual(expected);
    const at = (start: bigint, end: bigint) => count(`start_time=${isoOf(start)}&end_time=${isoOf(end)}`);
    expect(await at(START, START)).toEqual([2]);
    expect(await at(START - 1n, START - 1n)).toEqual([]);
    expect(await at(START + 1n, START + 10n)).toEqual([]);
    for (const period of ['15m', '1h', '30d']) expect(await count(`period=${period}`)).toEqual([2]);
    expect(await count('period=5m')).toEqual([]);
    for (const sort of ['timestamp_desc', 'timestamp_asc', 'duration_desc', 'duration_asc'])
      expect(await count(`sort=${sort}`)).toEqual([2]);
  });

  it('refuse a parameter that is unknown, malformed or given twice, by name', async () => {
    const bad: Record<string, string> = {
      'lt[operation]=x': 'lt[operation]',
      'gt[duration_nano]=1ms': 'gt[duration_nano]',
      'lt[duration_nano]=-1': 'lt[duration_nano]',
      'status=failed': 'status',
      'not[status]=unset': 'not[status]',
      'attr_name=a': 'attr_value',
      'attr_value=a': 'attr_name',
      'attr_name=&attr_value=a': 'attr_name',
      'trace_id=x': 'trace_id',
      'not[trace_id]=x': 'not[trace_id]',
      'filter=service+%3D': 'filter',
      '__proto__=x': '__proto__',
      'constructor=x': 'constructor',
      'sort=newest': 'sort',
      'sort=timestamp_desc&sort=duration_asc': 'sort',
      'page_size=0': 'page_size',
      'page_size=-1': 'page_size',
      'page_size=1e3': 'page_size',
      'page_token=x': 'page_token',
      'period=1w': 'period',
      'period=0m': 'period',
      'period=1h&start_time=2031-02-03T04:05:06Z&end_time=2031-02-03T04:05:06Z': 'period',
      'start_time=2031-02-03T04:05:06Z': 'end_time',
      'end_time=2031-02-03T04:05:06Z': 'start_time',
      'start_time=2031-02-30T04:05:06Z&end_time=2031-03-03T04:05:06Z': 'start_time',
      'start_time=2031-02-03T04:05:06.0000000001Z&end_time=2031-02-03T04:05:07Z': 'start_time',
      'start_time=2031-02-03T04:05:06Z&end_time=2031-02-03T04:05:05Z': 'end_time',
      'start_time=yesterday&end_time=2031-02-03T04:05:05Z': 'start_time',
    };
    for (const [query, field] of Object.entries(bad)) {
      const problem = await problemOf(await bed.get(`/v3/query/7/traces?${query}`), 400);
      expect(problem, query).toMatchObject({ code: 'invalid_argument', field });
      expect(problem.detail).toContain(field);
    }
  });
});
