import { dayOf } from '../accept-window.js';
import type { AttributeSource, Sightings } from '../sightings.js';
import type { MapColumn } from './map-column.js';
import type { SpanBlock } from './span-block.js';

/**
 * Spans of one request whose own attributes are noted, spread evenly over it. Turning every attribute of every span into text
 * would take longer than transcoding it; what spans carry often is met all the same.
 */
export const MAX_NOTED_SPANS = 32;

const NANOS_PER_DAY = 86_400e9;
const DOUBT_NANOS = 1_024;

/** Reports what the rows of a block carry, when it is complete. Resources and scopes are noted for every span. */
export function noteSightings(block: SpanBlock, sightings: Sightings): void {
  const rows = block.rows;
  if (rows === 0) return;
  const dayOfRow = (row: number) => dayAt(block, row);
  noteRuns(new MapRows(block.resourceAttrs), rows, dayOfRow, report('resource', sightings));
  noteRuns(new MapRows(block.scopeAttrs), rows, dayOfRow, report('scope', sightings));
  const attributes = new MapRows(block.attrs);
  const stride = Math.ceil(rows / MAX_NOTED_SPANS);
  for (let row = 0; row < rows; row++) {
    attributes.next();
    if (row % stride === 0) sightings.attributes(dayOfRow(row), 'attr', attributes.entries(), 1);
  }
}

type Report = (day: number, entries: [string, string][], items: number) => void;

function report(source: AttributeSource, sightings: Sightings): Report {
  return (day, entries, items) => sightings.attributes(day, source, entries, items);
}

/** Rows that follow each other mostly share their resource and scope, so these are turned into text once. */
function noteRuns(rows: MapRows, count: number, dayOfRow: (row: number) => number, note: Report): void {
  if (rows.isEmpty) return;
  let [day, items] = [0, 0];
  let entries: [string, string][] = [];
  for (let row = 0; row < count; row++) {
    const isSame = rows.next() && items > 0 && dayOfRow(row) === day;
    if (!isSame) {
      if (items > 0) note(day, entries, items);
      [day, items, entries] = [dayOfRow(row), 0, rows.entries()];
    }
    items++;
  }
  note(day, entries, items);
}

/** UTC day since 1970. A double is within 256 of a 64-bit number of nanoseconds; near midnight the exact number decides. */
function dayAt({ timestamp }: SpanBlock, row: number): number {
  const low = timestamp.values[row * 2] as number;
  const high = timestamp.values[row * 2 + 1] as number;
  const time = high * 2 ** 32 + low;
  const day = Math.floor(time / NANOS_PER_DAY);
  const intoDay = time - day * NANOS_PER_DAY;
  const isClear = intoDay > DOUBT_NANOS && intoDay < NANOS_PER_DAY - DOUBT_NANOS;
  return isClear ? day : dayOf((BigInt(high) << 32n) | BigInt(low));
}

/** Goes through a column of texts row by row. */
class MapRows {
  readonly #column: MapColumn;
  #row = -1;
  #first = 0;
  #last = 0;
  #start = 0;
  #end = 0;

  constructor(column: MapColumn) {
    this.#column = column;
  }

  /** Whether no row has any entry. */
  get isEmpty(): boolean {
    return this.#column.keys.indexes.length === 0;
  }

  /** Steps to the next row; true when it holds the same as the one before. */
  next(): boolean {
    const [first, last, start, end] = [this.#first, this.#last, this.#start, this.#end];
    this.#row++;
    this.#first = last;
    this.#last = this.#column.offsets.values[this.#row] as number;
    this.#start = end;
    this.#end = this.#skip(end, this.#last - this.#first);
    return this.#equals(first, last, start, end);
  }

  #equals(first: number, last: number, start: number, end: number): boolean {
    if (last - first !== this.#last - this.#first) return false;
    const { values } = this.#column.keys.indexes;
    for (let entry = 0; entry < last - first; entry++)
      if (values[first + entry] !== values[this.#first + entry]) return false;
    const { bytes } = this.#column.values;
    return bytes.compare(bytes, start, end, this.#start, this.#end) === 0;
  }

  /** Attributes of the row. */
  entries(): [string, string][] {
    const { keys, values } = this.#column;
    const entries: [string, string][] = [];
    let at = this.#start;
    for (let entry = this.#first; entry < this.#last; entry++) {
      const text = this.#textStart(at);
      at = this.#skip(at, 1);
      const key = keys.textOf(keys.indexes.values[entry] as number);
      entries.push([key, values.bytes.toString('utf8', text, at)]);
    }
    return entries;
  }

  /** Where the position is after `count` length-prefixed texts. */
  #skip(from: number, count: number): number {
    const { bytes } = this.#column.values;
    let at = from;
    for (let text = 0; text < count; text++) {
      let size = 0;
      let factor = 1;
      let byte = bytes[at++] as number;
      for (; byte >= 0x80; byte = bytes[at++] as number, factor *= 128) size += (byte & 0x7f) * factor;
      at += size + byte * factor;
    }
    return at;
  }

  #textStart(from: number): number {
    const { bytes } = this.#column.values;
    let at = from;
    while ((bytes[at++] as number) >= 0x80);
    return at;
  }
}
