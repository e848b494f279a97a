import { type BlockDictionary, writeOffsets } from './block-dictionary.js';
import { ByteColumn, DoubleColumn, type FixedColumn, WordColumn } from './fixed-columns.js';
import { GrowableBytes } from './growable-bytes.js';
import type { MapColumn } from './map-column.js';
import type { Numbers } from './numbers.js';

/** One `Array(…)` column of the block being built. Columns of one nested structure share their offsets. */
export class ArrayColumn {
  readonly #offsets: Numbers;
  readonly #element: GrowableBytes | BlockDictionary | MapColumn;

  constructor(offsets: Numbers, element: GrowableBytes | BlockDictionary | MapColumn) {
    this.#offsets = offsets;
    this.#element = element;
  }

  clear(): void {
    this.#offsets.clear();
    clearColumn(this.#element);
  }

  get maxBytes(): number {
    return this.#offsets.length * 8 + maxBytesOf(this.#element, 0);
  }

  writePrefix(out: GrowableBytes): void {
    if (!(this.#element instanceof GrowableBytes)) this.#element.writePrefix(out);
  }

  write(out: GrowableBytes): void {
    writeOffsets(out, this.#offsets);
    if (this.#element instanceof GrowableBytes) out.copy(this.#element, 0, this.#element.length);
    else this.#element.write(out);
  }
}

/** A column while its block is built. Those of fixed width are written by row index and need no clearing. */
export type BlockColumn = GrowableBytes | FixedColumn | BlockDictionary | MapColumn | ArrayColumn;

export function clearColumn(column: BlockColumn): void {
  if (column instanceof GrowableBytes) column.clear();
  else if (!isFixed(column)) column.clear();
}

/** Bytes that `writeColumn` needs at most. */
export function maxBytesOf(column: BlockColumn, rows: number): number {
  if (column instanceof GrowableBytes) return column.length;
  return isFixed(column) ? column.bytesPerRow * rows : column.maxBytes + PREFIX_BYTES;
}

/** Writes a column's data, dictionaries' prefixes first. */
export function writeColumn(column: BlockColumn, out: GrowableBytes, rows: number): void {
  if (column instanceof GrowableBytes) out.copy(column, 0, column.length);
  else if (isFixed(column)) column.write(out, rows);
  else {
    column.writePrefix(out);
    column.write(out);
  }
}

const PREFIX_BYTES = 8;

/** Whether its values are written by row index. */
export function isFixed(column: BlockColumn): column is FixedColumn {
  return column instanceof WordColumn || column instanceof ByteColumn || column instanceof DoubleColumn;
}
