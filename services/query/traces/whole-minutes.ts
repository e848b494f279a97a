import { earlier, type Range } from '../time/time-range.js';

const MINUTE_NANO = 60_000_000_000n;
export const FIVE_MINUTES_SECONDS = 300;
const FIVE_MINUTES_NANO = 5n * MINUTE_NANO;

/**
 * The minutes that a range touches: those that fill whole five minutes, and what is left of them at either end. Undefined: they
 * fill none.
 */
export function splitAtFiveMinutes({ startUnixNano, endUnixNano }: Range): {
  readonly whole: Range | undefined;
  readonly edges: readonly Range[];
} {
  const start = startUnixNano - (startUnixNano % MINUTE_NANO);
  const end = endUnixNano - (endUnixNano % MINUTE_NANO) + MINUTE_NANO;
  const first = earlier(start + remainder(-start, FIVE_MINUTES_NANO), end);
  const last = end - remainder(end, FIVE_MINUTES_NANO);
  if (first >= last) return { whole: undefined, edges: [{ startUnixNano: start, endUnixNano: end - 1n }] };
  const edges = [
    { startUnixNano: start, endUnixNano: first - 1n },
    { startUnixNano: last, endUnixNano: end - 1n },
  ];
  return {
    whole: { startUnixNano: first, endUnixNano: last - 1n },
    edges: edges.filter((edge) => edge.startUnixNano <= edge.endUnixNano),
  };
}

function remainder(value: bigint, divisor: bigint): bigint {
  return ((value % divisor) + divisor) % divisor;
}
