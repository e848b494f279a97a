/** A bar in per cent of the time axis. */
export interface Bar {
  readonly leftPercent: number;
  readonly widthPercent: number;
  /** Where the duration fits: behind the bar, before it, or on it. */
  readonly label: 'after' | 'before' | 'inside';
}

/** Room a duration label needs, in per cent of the axis; generous, since the axis may be narrow. */
const labelPercent = 14;

function labelPlace(left: number, width: number): Bar['label'] {
  if (left + width <= 100 - labelPercent) return 'after';
  return left >= labelPercent ? 'before' : 'inside';
}

export interface BarInput {
  readonly startUnixNano: bigint;
  readonly durationNano: number;
}

/** Places a span on the axis of its trace. The difference is taken as BigInt, so no nanosecond is lost. */
export function placeBar(span: BarInput, axis: BarInput): Bar {
  if (axis.durationNano <= 0) return { leftPercent: 0, widthPercent: 100, label: 'inside' };
  const leftPercent = (Number(span.startUnixNano - axis.startUnixNano) / axis.durationNano) * 100;
  const widthPercent = (span.durationNano / axis.durationNano) * 100;
  return { leftPercent, widthPercent, label: labelPlace(leftPercent, widthPercent) };
}

export interface Tick {
  readonly offsetNano: number;
  readonly percent: number;
}

/** Ticks at a round step (1, 2 or 5 times a power of ten), at most `maxTicks` after the one at zero. */
export function rulerTicks(durationNano: number, maxTicks: number): readonly Tick[] {
  if (durationNano <= 0) return [{ offsetNano: 0, percent: 0 }];
  const rough = durationNano / maxTicks;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const ticks: Tick[] = [];
  for (let i = 0; i * step <= durationNano; i += 1) {
    ticks.push({ offsetNano: i * step, percent: ((i * step) / durationNano) * 100 });
  }
  return ticks;
}
