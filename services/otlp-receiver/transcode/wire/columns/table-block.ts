import type { NativeBlock } from '../../../native/block.js';
import type { TranscodeContext } from '../../transcode.js';
import { type BlockColumn, clearColumn, maxBytesOf, writeColumn } from './block-columns.js';
import { GrowableBytes } from './growable-bytes.js';

/** Names and types of a table's columns, from the columns of the reference. */
export class TableLayout {
  readonly table: string;
  readonly names: readonly string[];
  /** Name and type of each column, length-prefixed, as they precede its data. */
  readonly headers: readonly (readonly [name: string, header: Uint8Array])[];
  readonly headerBytes: number;

  constructor(table: string, columns: Readonly<Record<string, { readonly type: string }>>) {
    this.table = table;
    this.names = Object.keys(columns);
    this.headers = Object.entries(columns).map(([name, { type }]) => {
      const header = new GrowableBytes(64);
      header.string(name);
      header.string(type);
      return [name, Buffer.from(header.bytes.subarray(0, header.length))];
    });
    this.headerBytes = this.headers.reduce((sum, [, { length }]) => sum + length, 16);
  }
}

/** The columns of a table while a block is built. */
export abstract class TableBlock {
  readonly tenantId = new GrowableBytes();
  readonly projectId = new GrowableBytes();
  rows = 0;
  /** Every column by its name in the table. */
  protected abstract readonly columns: Readonly<Record<string, BlockColumn>>;
  readonly #layout: TableLayout;

  constructor(layout: TableLayout) {
    this.#layout = layout;
  }

  clear(): void {
    this.rows = 0;
    for (const column of Object.values(this.columns)) clearColumn(column);
  }

  /** The block as it is sent. It owns its bytes; this object can be cleared and used again. */
  finish(days: readonly number[]): NativeBlock {
    const { table, names, headers, headerBytes } = this.#layout;
    const out = new GrowableBytes(headerBytes + this.#maxDataBytes());
    out.varUint(headers.length);
    out.varUint(this.rows);
    for (const [name, header] of headers) {
      out.raw(header);
      if (this.rows > 0) writeColumn(this.columns[name] as BlockColumn, out, this.rows);
    }
    return { table, columns: names, rows: this.rows, bytes: out.bytes.subarray(0, out.length), days };
  }

  #maxDataBytes(): number {
    let size = 0;
    for (const column of Object.values(this.columns)) size += maxBytesOf(column, this.rows);
    return size;
  }

  /** Says of all rows whose they are. */
  appendOwner({ tenantId, projectId }: TranscodeContext): void {
    const [low, high] = [Number(projectId & 0xffffffffn), Number(projectId >> 32n)];
    for (let row = 0; row < this.rows; row++) {
      this.tenantId.uint32(tenantId);
      this.projectId.uint64(low, high);
    }
  }
}
