import { describe, expect, it } from 'vitest';
import { splitAtFiveMinutes } from './whole-minutes.js';

const SECOND = 1_000_000_000n;
/** Seconds since a whole hour. */
const range = (start: number, end: number) => ({
  startUnixNano: 3_600n * SECOND + BigInt(start) * SECOND,
  endUnixNano: 3_600n * SECOND + BigInt(end) * SECOND - 1n,
});

describe('splitAtFiveMinutes', () => {
  it.each([
    ['whole five minutes', range(0, 900), range(0, 900), []],
    [
      'ragged ends, widened to their minutes',
      range(61, 930),
      range(300, 900),
      [range(60, 300), range(900, 960)],
    ],
    ['a ragged start', range(240, 600), range(300, 600), [range(240, 300)]],
    ['a ragged end', range(300, 601), range(300, 600), [range(600, 660)]],
    ['less than five minutes', range(10, 20), undefined, [range(0, 60)]],
    ['less than five minutes around a border', range(280, 320), undefined, [range(240, 360)]],
  ])('cuts %s', (_case, asked, whole, edges) => {
    expect(splitAtFiveMinutes(asked)).toEqual({ whole, edges });
  });
});
