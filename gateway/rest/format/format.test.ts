import { describe, expect, it } from 'vitest';
import { parseTraceId, toSpanIdText, toTraceIdText } from './ids.js';
import { stringifyJson } from './json.js';
import { formatTimestamp, parseTimestamp } from './timestamp.js';

describe('JSON', () => {
  it('keeps 64-bit integers exact and is otherwise what JSON.stringify gives', () => {
    expect(stringifyJson({ a: 2n ** 64n - 1n, b: [-(2n ** 63n)] })).toBe(
      '{"a":18446744073709551615,"b":[-9223372036854775808]}',
    );
    const plain = {
      text: '"\\\n\u0001\ud800ü',
      n: [0, -1.5, 1e300, Number.NaN],
      yes: true,
      none: null,
      left: undefined,
      deep: { '': {} },
      ['__proto__']: 1,
    };
    expect(stringifyJson(plain)).toBe(JSON.stringify(plain));
    expect(stringifyJson([])).toBe('[]');
  });
});

describe('timestamps', () => {
  it('survive to the nanosecond', () => {
    for (const text of [
      '1970-01-01T00:00:00.000000000Z',
      '2031-02-03T04:05:06.123456789Z',
      '2262-04-11T23:47:16.854775807Z',
    ])
      expect(formatTimestamp(parseTimestamp(text) ?? -1n)).toBe(text);
    expect(parseTimestamp('2031-02-03T04:05:06.007Z')).toBe(1_927_857_906_007_000_000n);
    expect(parseTimestamp('2031-02-03T04:05:06Z')).toBe(1_927_857_906_000_000_000n);
  });

  it('are not guessed', () => {
    for (const text of [
      '',
      '2031-02-03',
      '2031-02-29T00:00:00Z',
      '2031-02-03T24:00:00Z',
      '2031-02-03T04:05:06',
      '2031-02-03T04:05:06+01:00',
      '2031-02-03T04:05:06.Z',
      '1969-12-31T23:59:59Z',
      '2031-02-03 04:05:06Z',
    ])
      expect(parseTimestamp(text), text).toBeUndefined();
  });
});

describe('ids', () => {
  it('have their contract’s spelling', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index);
    expect(toTraceIdText(bytes)).toBe('a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf');
    expect(toSpanIdText(bytes.subarray(8))).toBe('A8A9AAABACADAEAF');
    expect(toSpanIdText(new Uint8Array())).toBe('');
    expect(parseTraceId('A0A1A2A3-a4a5-a6a7-a8a9-aaabacadaeaf')).toEqual(bytes);
    expect(parseTraceId('a0a1a2a3a4a5a6a7a8a9aaabacadaeaf')).toEqual(bytes);
    for (const text of [
      '',
      'a0',
      'g'.repeat(32),
      'a0a1a2a3-a4a5a6a7-a8a9-aaabacadaeaf',
      ` ${'a'.repeat(32)}`,
    ])
      expect(parseTraceId(text)).toBeUndefined();
  });
});
