import { describe, expect, it } from 'vitest';
import { formatDuration, formatTick } from './duration.js';

describe('formatDuration', () => {
  it.each([
    [0, '0 ns'],
    [850, '850 ns'],
    [999, '999 ns'],
    [1_000, '1.00 µs'],
    [4_200_000, '4.20 ms'],
    [42_000_000, '42.0 ms'],
    [420_000_000, '420 ms'],
    [999_999_999, '1.00 s'],
    [9_996_000_000, '10.0 s'],
    [59_900_000_000, '59.9 s'],
    [59_960_000_000, '1 min 00 s'],
    [123_000_000_000, '2 min 03 s'],
    [3_900_000_000_000, '1 h 05 min'],
  ])('prints %i ns as %j', (nanos, expected) => {
    expect(formatDuration(nanos)).toBe(expected);
  });
});

describe('formatTick', () => {
  it.each([
    [0, '0 ns'],
    [250_000_000, '250 ms'],
    [1_500_000_000, '1.5 s'],
    [2_000_000_000, '2 s'],
    [20_000_000, '20 ms'],
  ])('prints %i ns as %j', (nanos, expected) => {
    expect(formatTick(nanos)).toBe(expected);
  });
});
