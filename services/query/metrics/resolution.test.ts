import { describe, expect, it } from 'vitest';
import { resolve } from './resolution.js';

const MINUTE = 60_000n;
const HOUR = 60n * MINUTE;
const stored = { startUnixNano: 0n, endUnixNano: 10n ** 18n };

function windowOf(startMs: bigint, endMs: bigint, more: Partial<Parameters<typeof resolve>[0]> = {}) {
  const range = { startUnixNano: startMs * 1_000_000n, endUnixNano: endMs * 1_000_000n };
  return resolve({ range, stored, stepMs: 0n, isGrouped: false, maxPoints: 1_000, ...more });
}

describe('the resolution', () => {
  const start = 1_000n * HOUR + 90_001n;
  it.each([
    [30n * MINUTE - 1n, false, 0n],
    [30n * MINUTE - 1n, true, MINUTE],
    [30n * MINUTE, false, MINUTE],
    [HOUR, false, MINUTE],
    [HOUR + 1n, false, HOUR],
    [72n * HOUR, true, HOUR],
    [72n * HOUR + 1n, true, 24n * HOUR],
  ])('of %d ms, grouped %s, is %d ms', (width, isGrouped, stepMs) => {
    expect(windowOf(start, start + width, { isGrouped }).stepMs).toBe(stepMs);
  });

  it('begins with a whole bucket, and reads far enough before it', () => {
    const end = start + 2n * HOUR;
    expect(windowOf(start, end)).toEqual({
      firstMs: 1_000n * HOUR,
      fromMs: 999n * HOUR,
      endMs: end,
      stepMs: HOUR,
    });
    expect(windowOf(start, end, { stepMs: MINUTE })).toMatchObject({
      firstMs: 1_000n * HOUR + MINUTE,
      fromMs: 1_000n * HOUR - 4n * MINUTE,
    });
    expect(windowOf(start, end, { stepMs: 24n * HOUR })).toMatchObject({
      firstMs: 984n * HOUR,
      fromMs: 983n * HOUR,
    });
    expect(windowOf(start, start + 1n)).toMatchObject({ firstMs: start, fromMs: start - 5n * MINUTE });
  });

  it('reads nothing from before what is stored', () => {
    const edge = { ...stored, startUnixNano: start * 1_000_000n };
    expect(windowOf(start, start + HOUR, { stored: edge }).fromMs).toBe(start);
  });

  it('refuses steps that are too fine', () => {
    expect(() => windowOf(0n, HOUR, { stepMs: 999n })).toThrowError(
      /step is 999 ms; it must be at least 1 second/,
    );
    expect(() => windowOf(0n, HOUR, { stepMs: 3_600n })).toThrowError(
      /step of 3600 ms makes 1001 points .* at most 1000/,
    );
    expect(windowOf(0n, HOUR, { stepMs: 3_604n }).stepMs).toBe(3_604n);
  });
});
