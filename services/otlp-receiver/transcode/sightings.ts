import type { SeriesRow } from './metric-columns.js';

/** Where an attribute stands, as the catalogue calls it. */
export type AttributeSource = 'resource' | 'scope' | 'attr';

/**
 * What a transcoder has seen beside the rows of its items: names for completion, and the series that points belong to. Days
 * are UTC days since 1970. Only what belongs to accepted items is reported.
 */
export interface Sightings {
  /** Attributes as they are stored, which `items` items of that day carry. */
  attributes(
    day: number,
    source: AttributeSource,
    entries: readonly (readonly [string, string])[],
    items: number,
  ): void;
  /**
   * So many points of this series. False when its attributes are not wanted: it has a row of that day already, and they were
   * reported when it was new, or its labels are over a cap. `row` is called at most once for the request. Throws LimitExceeded
   * when the rows of the request repeat too much of what their series share.
   */
  series(day: number, seriesId: bigint, row: () => SeriesRow, points: number): boolean;
}
