import { describe, expect, it } from 'vitest';
import { HOUR_NANO, type Range } from './time-range.js';
import { windows } from './windows.js';

const newest = (from?: bigint) => ({ isDescending: true, from });
const oldest = (from?: bigint) => ({ isDescending: false, from });
const range = { startUnixNano: 7n, endUnixNano: 720n * HOUR_NANO };

/** True when the windows lie side by side and are the whole range. */
function covers(parts: readonly Range[], whole: Range): boolean {
  const sorted = [...parts].sort((a, b) => (a.startUnixNano < b.startUnixNano ? -1 : 1));
  const isGapless = sorted.every((part, index) => {
    const before = sorted[index - 1];
    return (
      part.startUnixNano <= part.endUnixNano && (!before || before.endUnixNano + 1n === part.startUnixNano)
    );
  });
  return (
    isGapless &&
    sorted[0]?.startUnixNano === whole.startUnixNano &&
    sorted.at(-1)?.endUnixNano === whole.endUnixNano
  );
}

describe('windows', () => {
  it('begin with an hour at the listing’s end of the range, and widen', () => {
    const parts = [...windows(range, newest())];
    expect(parts[0]).toEqual({ startUnixNano: 719n * HOUR_NANO, endUnixNano: range.endUnixNano });
    expect(parts.length).toBeLessThan(8);
    expect(covers(parts, range)).toBe(true);
    const upwards = [...windows(range, oldest())];
    expect(upwards[0]).toEqual({ startUnixNano: 7n, endUnixNano: 7n + HOUR_NANO });
    expect(covers(upwards, range)).toBe(true);
  });

  it('go on from where the listing stands, that instant included', () => {
    const from = 100n * HOUR_NANO;
    expect(covers([...windows(range, newest(from))], { ...range, endUnixNano: from })).toBe(true);
    expect(covers([...windows(range, oldest(from))], { ...range, startUnixNano: from })).toBe(true);
    expect([...windows(range, newest(0n))]).toEqual([]);
  });

  it('grow faster while little is found', () => {
    const parts = [...windows(range, { ...newest(), isSparse: () => true })];
    expect(parts.length).toBe(4);
    expect(parts[1]).toEqual({ startUnixNano: 695n * HOUR_NANO - 1n, endUnixNano: 719n * HOUR_NANO - 1n });
    expect(covers(parts, range)).toBe(true);
  });

  it('of one instant are one window', () => {
    const instant = { startUnixNano: 5n, endUnixNano: 5n };
    expect([...windows(instant, newest())]).toEqual([instant]);
    expect([...windows(instant, oldest())]).toEqual([instant]);
  });
});
