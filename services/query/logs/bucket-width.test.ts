import { expect, it } from 'vitest';
import { bucketWidthOf } from './bucket-width.js';

const SECOND = 1_000_000_000n;
const widthOf = (seconds: bigint) => bucketWidthOf({ startUnixNano: 0n, endUnixNano: seconds * SECOND });

it('keeps a histogram at some sixty bars, whatever its range', () => {
  expect(widthOf(0n)).toBe(SECOND);
  expect(widthOf(300n)).toBe(5n * SECOND);
  expect(widthOf(3_600n)).toBe(60n * SECOND);
  expect(widthOf(86_400n)).toBe(1_800n * SECOND);
  for (const seconds of [1n, 61n, 86_400n, 30n * 86_400n, 365n * 86_400n, 2n ** 33n]) {
    const width = widthOf(seconds);
    expect((seconds * SECOND) / width).toBeLessThanOrEqual(60n);
    if (seconds > 60n) expect((seconds * SECOND) / width).toBeGreaterThanOrEqual(10n);
  }
});
