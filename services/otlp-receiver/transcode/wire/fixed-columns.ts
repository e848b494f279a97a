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

/**
 * Columns of fixed width that grow together, so that one check per row makes room in all of them. Values are stored by
 * `column.values[row * column.words + …]`.
 */
export class FixedColumns {
  readonly #columns: readonly (WordColumn | ByteColumn)[];
  #capacity = INITIAL_ROWS;

  constructor(columns: readonly (WordColumn | ByteColumn)[]) {
    this.#columns = columns;
  }

  /** Makes room for the row with this index. */
  reserve(row: number): void {
    if (row < this.#capacity) return;
    this.#capacity *= 2;
    for (const column of this.#columns) column.grow(this.#capacity);
  }
}
