import type { WordColumn } from '../columns/fixed-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { UNUSUAL } from '../unusual.js';
import { millisHigh, millisLow } from './fixed64.js';
import type { Series } from './known-metrics.js';
import type { MetricTools } from './metric-tools.js';
import type { PointBlock } from './point-block.js';
import type { MetricInRequest } from './series-notes.js';

/** Reads the points of one kind straight into the columns of their block. */
export interface PointReader {
  readonly block: PointBlock;
  /** Appends the point from the position to `end` as one row. */
  read(end: number, metric: MetricInRequest): void;
}

/** Tags of fields that all kinds of points have under the same number; `fixed64` both. */
const START_TIME = 0x11;
const TIME = 0x19;

/** Tags of fields that all kinds have, each under a number of its own. */
export interface PointTags {
  readonly attribute: number;
  readonly flags: number;
}

/** What points of all kinds have. Positions are those in the request; -1 stands for a field that is not set. */
export class PointHead {
  readonly #tools: Pick<MetricTools, 'source' | 'finder' | 'sightings'>;
  readonly #block: PointBlock;
  readonly #tags: PointTags;
  time = -1;
  startTime = -1;
  flags = 0;
  /** The fields with attributes that were met last, side by side. */
  #attributes = 0;
  #attributesEnd = 0;
  /** Those before, copied. */
  readonly #gathered = new GrowableBytes();

  constructor(
    tools: Pick<MetricTools, 'source' | 'finder' | 'sightings'>,
    block: PointBlock,
    tags: PointTags,
  ) {
    this.#tools = tools;
    this.#block = block;
    this.#tags = tags;
  }

  reset(): void {
    this.time = this.startTime = -1;
    this.flags = this.#attributes = this.#attributesEnd = this.#gathered.length = 0;
  }

  /** Reads the field that begins at `start` with this tag, if all kinds of points have it. */
  takes(tag: number, start: number, end: number): boolean {
    const { source } = this.#tools;
    if (tag === this.#tags.attribute) this.#attribute(start, end);
    else if (tag === TIME) this.time = source.fixed(8, end);
    else if (tag === START_TIME) this.startTime = source.fixed(8, end);
    else if (tag === this.#tags.flags) this.flags = source.varint32(end);
    else return false;
    return true;
  }

  /** Steps over an attribute. Those that do not lie side by side are gathered. */
  #attribute(start: number, end: number): void {
    const { source } = this.#tools;
    if (this.#attributesEnd !== start) {
      this.#gather();
      this.#attributes = start;
    }
    source.at = this.#attributesEnd = source.delimited(end);
  }

  #gather(): void {
    this.#gathered.copy(this.#tools.source, this.#attributes, this.#attributesEnd);
  }

  #series({ known }: MetricInRequest): Series {
    const { source, finder } = this.#tools;
    if (this.#gathered.length === 0) return finder.find(known, source, this.#attributes, this.#attributesEnd);
    this.#gather();
    return finder.find(known, this.#gathered, 0, this.#gathered.length);
  }

  /** Appends a row with the columns of all kinds and returns its index. */
  append(metric: MetricInRequest): number {
    const { source, sightings } = this.#tools;
    const { view } = source;
    const block = this.#block;
    if (this.time < 0) throw UNUSUAL;
    block.times.check(this.time);
    const series = this.#series(metric);
    const row = block.rows++;
    block.fixed.reserve(row);
    block.seriesId.values[row * 2] = series.low;
    block.seriesId.values[row * 2 + 1] = series.high;
    setMillis(block.timestamp, row, view, this.time);
    setMillis(block.startTime, row, view, this.startTime);
    block.flags.values[row] = this.flags;
    sightings.point(series, metric, block.times.day);
    return row;
  }
}

/** A time of which a signed number of nanoseconds has room. */
function setMillis({ values }: WordColumn, row: number, view: DataView, position: number): void {
  if (position < 0) {
    values[row * 2] = values[row * 2 + 1] = 0;
    return;
  }
  checkStorable(view, position);
  values[row * 2] = millisLow(view, position);
  values[row * 2 + 1] = millisHigh(view, position);
}

/** Times are stored as signed numbers. */
export function checkStorable(view: DataView, position: number): void {
  if (view.getUint32(position + 4, true) > 0x7fffffff) throw UNUSUAL;
}
