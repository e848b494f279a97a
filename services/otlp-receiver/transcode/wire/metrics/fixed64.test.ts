import { describe, expect, it } from 'vitest';
import { Random } from '../../../../../test/_util/random.js';
import { isExactInteger, millisHigh, millisLow, nearestDouble } from './fixed64.js';

const NANOS_PER_MILLI = 1_000_000n;

const random = new Random(7);
const EDGES = [0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 54n, 2n ** 62n, 2n ** 63n - 1n].flatMap((value) =>
  [-2n, -1n, 0n, 1n, 2n].flatMap((step) => [value + step, -(value + step)]),
);
/** Signed numbers of every size, and those around the powers of two. */
const NUMBERS = [...EDGES, ...Array.from({ length: 2_000 }, () => anyNumber())].map((value) =>
  BigInt.asIntN(64, value),
);

function anyNumber(): bigint {
  const bits = BigInt(random.below(64));
  return (random.bytes(8).readBigInt64LE() >> bits) * (random.chance(0.5) ? 1n : -1n);
}

/** Behind a byte: numbers in a request lie anywhere. */
function viewOf(value: bigint): DataView {
  const view = new DataView(new ArrayBuffer(9));
  view.setBigInt64(1, value, true);
  return view;
}

describe('numbers of 64 bits in two halves', () => {
  it('are rounded to the nearest double, as BigInt rounds them', () => {
    for (const value of NUMBERS) expect(nearestDouble(viewOf(value), 1), `${value}`).toBe(Number(value));
  });

  it('are told apart by whether a double is exact up to 2^53', () => {
    const isExact = (value: bigint) => value >= -(2n ** 53n) && value <= 2n ** 53n;
    for (const value of NUMBERS) expect(isExactInteger(viewOf(value), 1), `${value}`).toBe(isExact(value));
  });

  it('are cut to milliseconds', () => {
    const multiples = Array.from({ length: 500 }, () => BigInt(random.below(2 ** 43)) * NANOS_PER_MILLI);
    const times = [...NUMBERS, ...multiples, ...multiples.map((time) => time - 1n)];
    for (const time of times.filter((value) => value >= 0n && value < 2n ** 63n)) {
      const view = viewOf(time);
      const millis = (BigInt(millisHigh(view, 1)) << 32n) | BigInt(millisLow(view, 1));
      expect(millis, `${time}`).toBe(time / NANOS_PER_MILLI);
    }
  });
});
