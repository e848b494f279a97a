import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoOf, problemOf, START } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';
import { askLogs, DASHED_ID, insertGatewayLogs, TRACE_ID, WARNING } from './logs-data.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewayLogs(bed);
});
afterAll(() => bed.close());

const { search, bodies } = askLogs(() => bed);

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
      'severity_name=warn&severity_name=info&severity_number=13&severity_number=17',
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
    expect(await bodies('severity_name=warn&severity_number=17')).toEqual([]);
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
      'severity_name=loud': 'severity_name',
      'severity_number=25': 'severity_number',
      'severity_number=-1': 'severity_number',
      'trace_flags=256': 'trace_flags',
      'trace_id=x': 'trace_id',
      'span_id=00': 'span_id',
      'fingerprint=5f00c0ffee00c0de': 'fingerprint',
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
