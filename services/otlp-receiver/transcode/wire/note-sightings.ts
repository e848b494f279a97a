import { dayOf } from '../accept-window.js';
import type { AttributeSource, Sightings } from '../sightings.js';
import type { MapColumn } from './map-column.js';
import type { RowBlock } from './row-block.js';

/**
 * Items of one request whose own attributes are noted, spread evenly over it. Turning every attribute of every item into text
 * would take longer than transcoding it; what items carry often is met all the same.
 */
export const MAX_NOTED_ITEMS = 16;

const NANOS_PER_DAY = 86_400e9;
const DOUBT_NANOS = 1_024;

/** Attributes that consecutive rows share. */
export interface SharedRun {
  readonly source: Exclude<AttributeSource, 'attr'>;
  readonly from: number;
  readonly count: number;
  readonly entries: () => [string, string][];
}

export interface NotedBlock {
  /** Complete, and not cleared yet. */
  readonly block: RowBlock;
  /** UTC days of all its rows. */
  readonly days: ReadonlySet<number>;
  readonly runs: readonly SharedRun[];
}

/** Reports what the rows of a block carry: resources and scopes of every item, own attributes of some. */
export function noteSightings({ block, days, runs }: NotedBlock, sightings: Sightings): void {
  const [onlyDay] = days.size === 1 ? days : [];
  for (const { source, from, count, entries } of runs) {
    if (count === 0) continue;
    const texts = entries();
    for (const [day, items] of onlyDay === undefined
      ? countDays(block, from, count)
      : [[onlyDay, count] as const])
      sightings.attributes(day, source, texts, items);
  }
  const stride = Math.ceil(block.rows / MAX_NOTED_ITEMS);
  const attributes = new MapRows(block.attrs);
  for (let row = 0; row < block.rows; row += stride)
    sightings.attributes(onlyDay ?? dayAt(block, row), 'attr', attributes.entriesOf(row), 1);
}

/** Rows by day. */
function countDays(block: RowBlock, from: number, count: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let row = from; row < from + count; row++) {
    const day = dayAt(block, row);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return counts;
}

/** UTC day since 1970. A double is within 256 of a 64-bit number of nanoseconds; near midnight the exact number decides. */
function dayAt({ timestamp }: RowBlock, row: number): number {
  const low = timestamp.values[row * 2] as number;
  const high = timestamp.values[row * 2 + 1] as number;
  const time = high * 2 ** 32 + low;
  const day = Math.floor(time / NANOS_PER_DAY);
  const intoDay = time - day * NANOS_PER_DAY;
  const isClear = intoDay > DOUBT_NANOS && intoDay < NANOS_PER_DAY - DOUBT_NANOS;
  return isClear ? day : dayOf((BigInt(high) << 32n) | BigInt(low));
}

/** Goes through a column of texts, forwards only. */
class MapRows {
  readonly #column: MapColumn;
  /** The entry that begins at the position. */
  #entry = 0;
  #at = 0;

  constructor(column: MapColumn) {
    this.#column = column;
  }

  /** Attributes of a row behind the position. */
  entriesOf(row: number): [string, string][] {
    const { keys, values, offsets } = this.#column;
    const first = row === 0 ? 0 : (offsets.values[row - 1] as number);
    const last = offsets.values[row] as number;
    for (; this.#entry < first; this.#entry++) {
      const size = this.#size();
      this.#at += size;
    }
    const entries: [string, string][] = [];
    for (; this.#entry < last; this.#entry++) {
      const size = this.#size();
      const key = keys.textOf(keys.indexes.values[this.#entry] as number);
      entries.push([key, values.bytes.toString('utf8', this.#at, this.#at + size)]);
      this.#at += size;
    }
    return entries;
  }

  /** Reads a length; the position is behind it then. */
  #size(): number {
    const { bytes } = this.#column.values;
    let size = 0;
    let factor = 1;
    let byte = bytes[this.#at++] as number;
    for (; byte >= 0x80; byte = bytes[this.#at++] as number, factor *= 128) size += (byte & 0x7f) * factor;
    return size + byte * factor;
  }
}
