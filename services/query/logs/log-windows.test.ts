import { describe, expect, it } from 'vitest';
import type { Range } from '../time/time-range.js';
import { logWindows } from './log-windows.js';

const MINUTE = 60_000_000_000n;
const BUCKET = 5n * MINUTE;
const DAY = 1440n * MINUTE;
const range: Range = { startUnixNano: 7n, endUnixNano: 30n * DAY + 2n * MINUTE };

describe('windows of a log listing', () => {
  it('begin with the bucket at the newest end, widen, end between buckets, and are the whole range', () => {
    const windows = [...logWindows(range, { isDescending: true })];
    expect(windows[0]).toEqual({ startUnixNano: 30n * DAY, endUnixNano: range.endUnixNano });
    expect(windows.length).toBeLessThan(6);
    for (const [index, window] of windows.entries()) {
      const older = windows[index + 1];
      if (!older) expect(window.startUnixNano).toBe(range.startUnixNano);
      else {
        expect(window.startUnixNano % BUCKET).toBe(0n);
        expect(older.endUnixNano).toBe(window.startUnixNano - 1n);
      }
    }
  });

  it('do the same from the oldest end', () => {
    const windows = [...logWindows(range, { isDescending: false })];
    expect(windows[0]).toEqual({ startUnixNano: 7n, endUnixNano: BUCKET - 1n });
    for (const [index, window] of windows.entries()) {
      const newer = windows[index + 1];
      if (newer) expect(newer.startUnixNano).toBe(window.endUnixNano + 1n);
      else expect(window.endUnixNano).toBe(range.endUnixNano);
    }
  });

  it('grow faster while little is found', () => {
    const windows = [...logWindows(range, { isDescending: true, isSparse: () => true })];
    expect(windows.length).toBe(3);
    expect(windows[1]?.startUnixNano).toBe(29n * DAY);
    expect(windows.at(-1)?.startUnixNano).toBe(range.startUnixNano);
  });

  it('begin with a day for what is rare', () => {
    const [first] = [...logWindows(range, { isDescending: true, isRare: true })];
    expect(first).toEqual({ startUnixNano: 29n * DAY, endUnixNano: range.endUnixNano });
  });

  it('of one instant are one window', () => {
    const instant = { startUnixNano: BUCKET, endUnixNano: BUCKET };
    for (const isDescending of [true, false])
      expect([...logWindows(instant, { isDescending })]).toEqual([instant]);
  });
});
