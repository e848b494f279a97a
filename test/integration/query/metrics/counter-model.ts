import type { TestPoint } from './harness.js';

/** What a counter of integers grew by in each bucket of time, as a reader of its points would count. */
export function countedByHand(
  points: readonly TestPoint[],
  [start, end]: readonly [number, number],
  step: number,
): [number, string][] {
  const window = Math.min(Math.max(step, 300), 3600);
  const from = Math.floor(start / (step || 1)) * (step || 1);
  const sums = new Map<number, bigint>();
  let before: TestPoint | undefined;
  for (const point of points.filter(({ at: time }) => time >= from - window && time <= end)) {
    const [value, began] = [point.value as bigint, point.began ?? 0];
    const hasBegun = began !== before?.began && began >= (before?.at ?? from - window) && began < point.at;
    const isReset = before === undefined || hasBegun || value < (before.value as bigint);
    if (point.at >= from && (before !== undefined || hasBegun)) {
      const bucket = step === 0 ? point.at : Math.floor(point.at / step) * step;
      sums.set(bucket, (sums.get(bucket) ?? 0n) + (isReset ? value : value - (before?.value as bigint)));
    }
    before = point;
  }
  return [...sums].map(([time, sum]) => [time, String(sum)]);
}

/** A counter with resets, restarts and uneven distances, the same every time. */
export function randomCounter(): TestPoint[] {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const points: TestPoint[] = [];
  for (let time = -900, value = 0n, began = -5000; time < 3500; time += 5 + random(40)) {
    if (random(20) === 0) began = time - 1;
    if (random(20) === 0 || began === time - 1) value = BigInt(random(50));
    value += BigInt(random(10));
    points.push({ at: time, value, began });
  }
  return points;
}
