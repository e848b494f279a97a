import { describe, expect, it } from 'vitest';
import { defaultQuery, readTraceQuery, toSearchParams, writeTraceQuery } from './trace-query.js';

const narrow = {
  serviceName: 'shop & co',
  operation: 'GET /cart',
  period: '15m',
  sort: 'duration_desc',
} as const;

describe('readTraceQuery', () => {
  it('reads back what was written', () => {
    expect(readTraceQuery(writeTraceQuery(narrow))).toEqual(narrow);
    expect(writeTraceQuery(defaultQuery)).toEqual({});
  });

  it('falls back for values it does not know', () => {
    expect(readTraceQuery({ period: '3y', sort: 'colour', service_name: null })).toEqual(defaultQuery);
  });

  it('takes the first of repeated names', () => {
    expect(readTraceQuery({ service_name: ['a', 'b'] }).serviceName).toBe('a');
  });
});

describe('toSearchParams', () => {
  it('sends sort, size and period always and the rest when set', () => {
    expect(toSearchParams(defaultQuery).toString()).toBe('sort=timestamp_desc&page_size=50&period=1h');
    expect(toSearchParams(narrow, 'abc=').toString()).toBe(
      'sort=duration_desc&page_size=50&period=15m&service_name=shop+%26+co&operation=GET+%2Fcart&page_token=abc%3D',
    );
  });
});
