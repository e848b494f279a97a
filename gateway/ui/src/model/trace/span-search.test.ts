import { describe, expect, it } from 'vitest';
import { testSpan } from './span-fixture.js';
import { createSpanMatcher, nextMatch } from './span-search.js';

const match = createSpanMatcher([
  testSpan('A', '', 0, { operation: 'GET /cart' }),
  testSpan('B', 'A', 1, { attributes: { 'http.route': '/Items' }, isError: true }),
  testSpan('C', 'A', 2, {
    events: [{ atUnixNano: 0n, name: 'exception', attributes: { 'exception.type': 'IOError' } }],
  }),
]);

describe('createSpanMatcher', () => {
  it.each([
    ['get /CART', [0]],
    ['http.route=/items', [1]],
    ['ioerror', [2]],
    ['nowhere', []],
  ])('finds %j', (text, expected) => {
    expect(match({ text, errorsOnly: false })).toEqual(expected);
  });

  it('narrows to errors', () => {
    expect(match({ text: '', errorsOnly: true })).toEqual([1]);
    expect(match({ text: 'cart', errorsOnly: true })).toEqual([]);
  });

  it('answers undefined when nothing is asked', () => {
    expect(match({ text: '  ', errorsOnly: false })).toBeUndefined();
  });
});

describe('nextMatch', () => {
  it('goes round at both ends', () => {
    expect(nextMatch([2, 5], 2, 1)).toBe(5);
    expect(nextMatch([2, 5], 5, 1)).toBe(2);
    expect(nextMatch([2, 5], 2, -1)).toBe(5);
    expect(nextMatch([], 0, 1)).toBeUndefined();
  });
});
