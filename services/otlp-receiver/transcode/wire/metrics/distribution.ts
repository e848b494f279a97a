import { HAS } from '../../metric-columns.js';
import { ByteColumn, DoubleColumn, WordColumn } from '../columns/fixed-columns.js';
import type { WireBytes } from '../wire-bytes.js';

/** Columns that both kinds of histograms have. Positions are those in the request; -1 stands for a field that is not set. */
export class Distribution {
  readonly #source: WireBytes;
  readonly #count = new WordColumn(2);
  readonly #sum = new DoubleColumn();
  readonly #min = new DoubleColumn();
  readonly #max = new DoubleColumn();
  readonly #has = new ByteColumn();
  count = -1;
  sum = -1;
  min = -1;
  max = -1;

  constructor(source: WireBytes) {
    this.#source = source;
  }

  columns() {
    return {
      Count: this.#count,
      Sum: this.#sum,
      Min: this.#min,
      Max: this.#max,
      Has: this.#has,
    };
  }

  reset(): void {
    this.count = this.sum = this.min = this.max = -1;
  }

  setRow(row: number): void {
    const { view } = this.#source;
    this.#count.copy(row, view, this.count);
    this.#sum.copy(row, view, this.sum);
    this.#min.copy(row, view, this.min);
    this.#max.copy(row, view, this.max);
    const bit = (position: number, mask: number) => (position < 0 ? 0 : mask);
    this.#has.values[row] = bit(this.sum, HAS.sum) | bit(this.min, HAS.min) | bit(this.max, HAS.max);
  }
}
