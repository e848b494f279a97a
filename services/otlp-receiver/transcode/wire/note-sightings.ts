import { dayOf } from '../accept-window.js';
import type { AttributeSource, Sightings } from '../sightings.js';
import type { MapColumn } from './columns/map-column.js';
import type { RowBlock } from './columns/row-block.js';

/**
 * Items of one request whose own attributes are noted, spread evenly over it. Turning every attribute of every item into text
 * would take a third of the time of transcoding it; values that items carry often are met all the same.
 */
export const MAX_NOTED_ITEMS = 16;
/** Further items that are noted because they have an attribute whose name none of the others has: names are to be complete. */
const MAX_NOTED_NAMES = 64;

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
  const attributes = new MapRows(block.attrs);
  for (const row of notedRows(block))
    sightings.attributes(onlyDay ?? dayAt(block, row), 'attr', attributes.entriesOf(row), 1);
}

/** In ascending order. */
function notedRows({ rows, attrs }: RowBlock): number[] {
  const stride = Math.ceil(rows / MAX_NOTED_ITEMS);
  const spread = Array.from({ length: Math.ceil(rows / stride) || 0 }, (_, index) => index * stride);
  const names = new SeenNames(attrs);
  for (const row of spread) names.see(row);
  return stride > 1 && names.someAreMissing
    ? [...spread, ...names.rowsWithOthers()].sort((a, b) => a - b)
    : spread;
}

/** Which names of attributes some rows have, by their numbers in the block. */
class SeenNames {
  readonly #column: MapColumn;
  readonly #seen: Uint8Array;
  #missing: number;

  constructor(column: MapColumn) {
    this.#column = column;
    this.#seen = new Uint8Array(column.keys.size);
    // Not the empty name.
    this.#missing = column.keys.size - 1;
  }

  get someAreMissing(): boolean {
    return this.#missing > 0;
  }

  see(row: number): void {
    const { keys, offsets } = this.#column;
    const end = offsets.values[row] as number;
    for (let entry = row === 0 ? 0 : (offsets.values[row - 1] as number); entry < end; entry++)
      this.#mark(keys.indexes.values[entry] as number);
  }

  /** Rows that together have the names that are missing, as far as they may be that many. */
  rowsWithOthers(): number[] {
    const { keys, offsets } = this.#column;
    const found: number[] = [];
    for (let row = 0, entry = 0; row < offsets.length && found.length < MAX_NOTED_NAMES; row++) {
      const before = this.#missing;
      for (const end = offsets.values[row] as number; entry < end; entry++)
        this.#mark(keys.indexes.values[entry] as number);
      if (this.#missing < before) found.push(row);
      if (this.#missing === 0) break;
    }
    return found;
  }

  #mark(name: number): void {
    if (name === 0 || this.#seen[name] === 1) return;
    this.#seen[name] = 1;
    this.#missing--;
  }
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
