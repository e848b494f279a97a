import { describe, expect, it } from 'vitest';
import { placeBar, rulerTicks } from './layout.js';

const axis = { startUnixNano: 1_927_857_906_000_000_000n, durationNano: 1000 };
const place = (offset: number, durationNano: number) =>
  placeBar({ startUnixNano: axis.startUnixNano + BigInt(offset), durationNano }, axis);

describe('placeBar', () => {
  it('places a span to the nanosecond', () => {
    expect(place(1, 500)).toMatchObject({ leftPercent: 0.1, widthPercent: 50 });
  });

  it('finds room for the label', () => {
    expect(place(0, 500).label).toBe('after');
    expect(place(500, 500).label).toBe('before');
    expect(place(0, 1000).label).toBe('inside');
  });

  it('fills the axis when nothing took any time', () => {
    const instant = { ...axis, durationNano: 0 };
    expect(placeBar(instant, instant)).toMatchObject({ leftPercent: 0, widthPercent: 100 });
  });
});

describe('rulerTicks', () => {
  it('steps by round values', () => {
    expect(rulerTicks(1_300_000, 6).map((tick) => tick.offsetNano)).toEqual([0, 500_000, 1_000_000]);
    expect(rulerTicks(1_000, 5).map((tick) => tick.percent)).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it.each([1, 7, 999, 4_200_000, 86_400e9])('stays within the limit for %i ns', (durationNano) => {
    expect(rulerTicks(durationNano, 6).length).toBeLessThanOrEqual(7);
  });

  it('has one tick for an instant', () => {
    expect(rulerTicks(0, 6)).toHaveLength(1);
  });
});
