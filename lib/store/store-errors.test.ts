import { ClickHouseError } from '@clickhouse/client';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.js';
import { isRetryable, toAbortError, toStoreError } from './store-errors.js';

const exception = (code: number, message = 'SELECT secret FROM host.internal') =>
  new ClickHouseError({ code: String(code), message, type: 'TYPE' });

describe('toStoreError', () => {
  it.each([
    [159, 'deadline_exceeded', true],
    [160, 'deadline_exceeded', true],
    [158, 'query_too_expensive', false],
    [307, 'query_too_expensive', false],
    [396, 'query_too_expensive', false],
    [277, 'query_too_expensive', false],
    [241, 'query_too_expensive', true],
    [201, 'rate_limited', true],
    [202, 'unavailable', true],
    [209, 'unavailable', true],
    [210, 'unavailable', true],
    [252, 'unavailable', true],
    [999, 'unavailable', true],
    [516, 'unavailable', true],
    [60, 'unavailable', true],
    [81, 'unavailable', true],
    [394, 'cancelled', true],
    [243, 'unavailable', true],
    [27, 'internal', false],
    [53, 'internal', false],
    [62, 'internal', false],
    [117, 'internal', false],
  ])('maps exception %i to %s, retryable %s', (code, expected, retryable) => {
    const cause = exception(code);
    const error = toStoreError(cause);
    expect(error).toMatchObject({ code: expected, cause });
    expect(error.message).not.toMatch(/SELECT|host\.internal/);
    expect(isRetryable(error)).toBe(retryable);
  });

  it('tells when to try again wherever the trouble passes by itself', () => {
    for (const code of [202, 252, 60, 201])
      expect(toStoreError(exception(code)).retryAfterMs).toBeGreaterThan(0);
  });

  it('takes limit and measured value from the sentence, and nothing else', () => {
    const sentence =
      'Limit for rows exceeded, max rows: 500.00 million, current rows: 612.34 million: While executing secret';
    expect(toStoreError(exception(158, sentence)).message).toBe(
      'The query reads more rows than its budget allows (limit 500.00 million, needed 612.34 million). Narrow the time range or add a filter on service or operation.',
    );
  });

  it('tells a full server from a query that is too large', () => {
    const total = exception(241, '(total) memory limit exceeded: would use 8.00 GiB, maximum: 7.50 GiB');
    expect(toStoreError(total)).toMatchObject({ code: 'unavailable' });
  });

  it('takes whatever is no answer of ClickHouse for a failure to reach it', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:8123'), { code: 'ECONNREFUSED' });
    const error = toStoreError(refused);
    expect(error).toMatchObject({ code: 'unavailable', cause: refused });
    expect(error.message).not.toContain('10.0.0.7');
    expect(isRetryable(error)).toBe(true);
  });

  it('leaves an error of ours as it is', () => {
    const ours = new AppError('query_too_expensive', 'too large');
    expect(toStoreError(ours)).toBe(ours);
    expect(isRetryable(ours)).toBe(false);
    expect(isRetryable(new Error('anything'))).toBe(false);
  });
});

describe('toAbortError', () => {
  it('tells a caller that went away from a deadline', () => {
    expect(toAbortError(new DOMException('gone', 'AbortError'), undefined).code).toBe('cancelled');
    expect(toAbortError(new ConnectError('gone', Code.Canceled), undefined).code).toBe('cancelled');
    expect(toAbortError(new DOMException('late', 'TimeoutError'), undefined).code).toBe('deadline_exceeded');
    expect(toAbortError(new ConnectError('late', Code.DeadlineExceeded), undefined).code).toBe(
      'deadline_exceeded',
    );
  });
});
