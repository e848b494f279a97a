import type { GrowableBytes } from './growable-bytes.js';

const INITIAL_ROWS = 256;

/** One column of equally wide values, as 32-bit words or as bytes. Little endian, like the machines this runs on. */
export class WordColumn {
  /** Words of one value: 1 for UInt32, 2 for 64 bits, 4 for a trace id. */
  readonly words: number;
  values: Uint32Array;

  constructor(words: number) {
    this.words = words;
    this.values = new Uint32Array(INITIAL_ROWS * words);
  }

  get bytesPerRow(): number {
    return this.words * 4;
  }

  /** Copies the value at a position of a request; -1 stands for zeros. */
  copy(row: number, source: DataView, position: number): void {
    const { words, values } = this;
    const first = row * words;
    for (let word = 0; word < words; word++)
      values[first + word] = position < 0 ? 0 : source.getUint32(position + word * 4, true);
  }

  grow(rows: number): void {
    const larger = new Uint32Array(rows * this.words);
    larger.set(this.values);
    this.values = larger;
  }

  write(out: GrowableBytes, rows: number): void {
    out.raw(new Uint8Array(this.values.buffer, 0, rows * this.words * 4));
  }
}

export class ByteColumn {
  readonly bytesPerRow = 1;
  values = new Uint8Array(INITIAL_ROWS);

  grow(rows: number): void {
    const larger = new Uint8Array(rows);
    larger.set(this.values);
    this.values = larger;
  }

  write(out: GrowableBytes, rows: number): void {
    out.raw(this.values.subarray(0, rows));
  }
}

/** NaN has the same bits whatever the sender's. */
export class DoubleColumn {
  readonly bytesPerRow = 8;
  values = new Float64Array(INITIAL_ROWS);

  grow(rows: number): void {
    const larger = new Float64Array(rows);
    larger.set(this.values);
    this.values = larger;
  }

  set(row: number, value: number): void {
    this.values[row] = Number.isNaN(value) ? Number.NaN : value;
  }

  /** Copies the value at a position of a request; -1 stands for 0. */
  copy(row: number, source: DataView, position: number): void {
    this.set(row, position < 0 ? 0 : source.getFloat64(position, true));
  }

  write(out: GrowableBytes, rows: number): void {
    out.raw(new Uint8Array(this.values.buffer, 0, rows * 8));
  }
}

export type FixedColumn = WordColumn | ByteColumn | DoubleColumn;

/**
 * Columns of fixed width that grow together, so that one check per row makes room in all of them. Values are stored by
 * `column.values[row * column.words + …]`.
 */
export class FixedColumns {
  readonly #columns: readonly FixedColumn[];
  #capacity = INITIAL_ROWS;

  constructor(columns: readonly FixedColumn[]) {
    this.#columns = columns;
  }

  /** Makes room for the row with this index. */
  reserve(row: number): void {
    if (row < this.#capacity) return;
    this.#capacity *= 2;
    for (const column of this.#columns) column.grow(this.#capacity);
  }
}
