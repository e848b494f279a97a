import { HOUR_NANO, type Range } from '../time/time-range.js';

const DAY_NANO = 24n * HOUR_NANO;

/** From which width of a range on its intervals are how wide, in seconds. So there are never more than about 200 up to a month. */
const WIDTHS: readonly (readonly [bigint, number])[] = [
  [2n * HOUR_NANO, 60],
  [12n * HOUR_NANO, 300],
  [DAY_NANO, 900],
  [7n * DAY_NANO, 3_600],
  [32n * DAY_NANO, 14_400],
];
const WIDEST_SECONDS = 86_400;

/** Width of the intervals of a chart. */
export function intervalSecondsOf({ startUnixNano, endUnixNano }: Range): number {
  const width = endUnixNano - startUnixNano;
  return WIDTHS.find(([limit]) => width <= limit)?.[1] ?? WIDEST_SECONDS;
}
