import type { Span } from '../trace.js';

export interface ServiceShare {
  readonly name: string;
  readonly spanCount: number;
  /** Which colour of the palette, from 0; services beyond the palette start over. */
  readonly series: number;
}

/** Must equal the number of `--series-*` colours in tokens.css. */
export const paletteSize = 10;

/** The services of a trace in order of appearance, so that the first ones never share a colour. */
export function serviceShares(spans: readonly Span[]): readonly ServiceShare[] {
  const counts = new Map<string, number>();
  for (const { serviceName } of spans) counts.set(serviceName, (counts.get(serviceName) ?? 0) + 1);
  return [...counts].map(([name, spanCount], position) => ({
    name,
    spanCount,
    series: position % paletteSize,
  }));
}
