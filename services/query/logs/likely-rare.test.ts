import { expect, it } from 'vitest';
import { readBodyTerms } from './body-terms.js';
import { isLikelyRare } from './likely-rare.js';
import { NO_LOG_FILTER } from './log-filter.js';

const body = (words: string[], contains: string[] = []) => ({
  ...NO_LOG_FILTER,
  body: readBodyTerms({ words, notWords: ['order-1234567'], contains, notContains: ['1234567'] }),
});

it('takes ids for rare, not words, short numbers or what a record must not hold', () => {
  for (const word of ['0af7651916cd43dd', 'order-1234567', 'pod7f9c'])
    expect(isLikelyRare(body(['error', word]))).toBe(true);
  for (const word of ['timeout', 'connection', '200', 'http2', 'v1'])
    expect(isLikelyRare(body([word]))).toBe(false);
  expect(isLikelyRare(body([], ['for order 1234567 of']))).toBe(true);
  expect(isLikelyRare(NO_LOG_FILTER)).toBe(false);
  expect(isLikelyRare({ ...NO_LOG_FILTER, traceIds: ['ab'.repeat(16)] })).toBe(true);
});
