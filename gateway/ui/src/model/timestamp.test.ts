import { describe, expect, it } from 'vitest';
import { formatAge, formatLocalTime, formatUtcTime, parseTimestamp } from './timestamp.js';

const parsed = (text: string): bigint => {
  const value = parseTimestamp(text);
  if (value === undefined) throw new Error(`${text} was not read`);
  return value;
};

describe('parseTimestamp', () => {
  it('keeps every nanosecond', () => {
    expect(parseTimestamp('2031-02-03T04:05:06.123456789Z')).toBe(1_927_857_906_123_456_789n);
  });

  it('orders two times one nanosecond apart', () => {
    const earlier = parsed('2031-02-03T04:05:06.123456788Z');
    const later = parsed('2031-02-03T04:05:06.123456789Z');
    expect(later - earlier).toBe(1n);
  });

  it('reads short fractions and none', () => {
    expect(parsed('2031-02-03T04:05:06.1Z') - parsed('2031-02-03T04:05:06Z')).toBe(100_000_000n);
  });

  it('honours an offset', () => {
    expect(parseTimestamp('2031-02-03T05:05:06+01:00')).toBe(parseTimestamp('2031-02-03T04:05:06Z'));
  });

  it.each([
    '',
    'yesterday',
    '2031-13-03T04:05:06Z',
    '2031-02-03T04:05:06.1234567890Z',
    '2031-02-03 04:05:06',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

describe('formatting', () => {
  it('prints UTC with nine digits', () => {
    expect(formatUtcTime(parsed('2031-02-03T04:05:06.007000001Z'))).toBe('2031-02-03T04:05:06.007000001Z');
  });

  it('prints local time with milliseconds', () => {
    const local = new Date(2031, 1, 3, 4, 5, 6, 7);
    expect(formatLocalTime(BigInt(local.getTime()) * 1_000_000n)).toBe('2031-02-03 04:05:06.007');
  });

  it.each([
    [-5, 'just now'],
    [1, 'just now'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [7200, '2 h ago'],
    [200_000, '2 d ago'],
  ])('says that %i seconds is %j', (seconds, expected) => {
    expect(formatAge(1_000_000_000_000n, 1_000_000 + seconds * 1000)).toBe(expected);
  });
});
