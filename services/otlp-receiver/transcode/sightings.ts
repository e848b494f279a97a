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
   * One or more points of this series. False when the series has a row of that day already: then its attributes were reported
   * when it was new, and need not be again. Otherwise `row` is called, once for the
   * request. Throws LimitExceeded when the rows of the request repeat too much of what their series share.
   */
  series(day: number, seriesId: bigint, row: () => SeriesRow): boolean;
}
