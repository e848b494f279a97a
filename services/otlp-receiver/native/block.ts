import { ByteSink } from './byte-sink.js';
import type { ColumnWriter, ValueOf } from './column.js';

/**
 * Days that one block may touch. Every day is a partition, and ClickHouse refuses an insert into more than 100 of them
 * (`max_partitions_per_insert_block`).
 */
export const MAX_DAYS_PER_BLOCK = 90;

/** Rows of one table in ClickHouse's Native format, ready to be sent; blocks of one table may be sent back to back. */
export interface NativeBlock {
  readonly table: string;
  /** Column names in the order of the block. */
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: Uint8Array;
  /** Distinct UTC days (days since 1970) of the rows, which are the partitions that an insert touches. */
  readonly days: readonly number[];
}

type Columns = Readonly<Record<string, ColumnWriter<unknown>>>;

/** One row, by column name. */
export type RowOf<C> = { readonly [K in keyof C]: ValueOf<C[K]> };

/** Builds one block row by row. */
export class BlockBuilder<C extends { readonly [K in keyof C]: ColumnWriter<never> }> {
  readonly #columns: readonly [string, ColumnWriter<unknown>][];
  readonly #days = new Set<number>();
  #rows = 0;

  constructor(columns: C) {
    this.#columns = Object.entries<ColumnWriter<unknown>>(columns as Columns);
  }

  get rows(): number {
    return this.#rows;
  }

  /** `day` is the row's partition, in days since 1970. */
  append(row: RowOf<C>, day: number): void {
    const values = row as Readonly<Record<string, unknown>>;
    for (const [name, column] of this.#columns) column.append(values[name]);
    this.#days.add(day);
    this.#rows++;
  }

  finish(table: string): NativeBlock {
    const sink = new ByteSink();
    sink.varUint(this.#columns.length);
    sink.varUint(this.#rows);
    for (const [name, column] of this.#columns) {
      sink.string(name);
      sink.string(column.type);
      if (this.#rows === 0) continue;
      column.writePrefix(sink);
      column.writeData(sink);
    }
    return {
      table,
      columns: this.#columns.map(([name]) => name),
      rows: this.#rows,
      bytes: sink.view(),
      days: [...this.#days],
    };
  }
}
