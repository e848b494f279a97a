import { BlockBuilder, MAX_DAYS_PER_BLOCK, type NativeBlock, type RowOf } from './block.js';
import type { ColumnWriter } from './column.js';

interface DayBlock<C extends { readonly [K in keyof C]: ColumnWriter<never> }> {
  readonly builder: BlockBuilder<C>;
  readonly days: Set<number>;
}

/** Builds the rows of one table, in as many blocks as their days need. */
export class DayBlocks<C extends { readonly [K in keyof C]: ColumnWriter<never> }> {
  readonly #table: string;
  readonly #columns: () => C;
  readonly #blocks: DayBlock<C>[] = [];

  constructor(table: string, columns: () => C) {
    this.#table = table;
    this.#columns = columns;
  }

  /** `day` is the row's partition, in days since 1970. */
  append(row: RowOf<C>, day: number): void {
    let target = this.#blocks.find(({ days }) => days.has(day) || days.size < MAX_DAYS_PER_BLOCK);
    if (!target) {
      target = { builder: new BlockBuilder(this.#columns()), days: new Set() };
      this.#blocks.push(target);
    }
    target.days.add(day);
    target.builder.append(row, day);
  }

  /** Without rows there is no block. */
  finish(): NativeBlock[] {
    return this.#blocks.map(({ builder }) => builder.finish(this.#table));
  }
}
