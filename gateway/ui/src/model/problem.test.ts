import { describe, expect, it } from 'vitest';
import { adviceFor, type Problem, parseRetryAfterMs } from './problem.js';

const http = (status: number, retryAfterMs?: number): Problem => ({
  kind: 'http',
  status,
  title: '',
  detail: '',
  code: undefined,
  retryAfterMs,
});

describe('adviceFor', () => {
  it('says how long to wait', () => {
    expect(adviceFor(http(429, 1500))).toBe('Wait 2 s, then try again.');
    expect(adviceFor(http(429))).toBe('Wait a moment, then try again.');
  });

  it.each([400, 403, 404, 500, 503])('has advice for %i', (status) => {
    expect(adviceFor(http(status))).not.toBe('');
  });
});

describe('parseRetryAfterMs', () => {
  it('reads seconds and dates', () => {
    expect(parseRetryAfterMs('3', 0)).toBe(3000);
    expect(parseRetryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
  });

  it.each([null, '', 'soon', '-1'])('ignores %j', (header) => {
    expect(parseRetryAfterMs(header, 0)).toBeUndefined();
  });
});
