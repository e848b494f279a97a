import type { NativeBlock } from '../../native/block.js';
import { type BlockColumn, clearColumn, maxBytesOf, writeColumn } from './block-columns.js';
import { BlockDictionary } from './block-dictionary.js';
import type { ByteDictionary } from './byte-dictionary.js';
import type { WordColumn } from './fixed-columns.js';
import { GrowableBytes } from './growable-bytes.js';
import { MapColumn } from './map-column.js';

/** Dictionaries that outlive blocks: instrumentation repeats itself. */
export interface WireTexts {
  readonly names: ByteDictionary;
  readonly keys: ByteDictionary;
}

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

/** The columns of a table while a block is built, of which this has those that every signal's items share. */
export abstract class RowBlock {
  readonly tenantId = new GrowableBytes();
  readonly projectId = new GrowableBytes();
  readonly serviceName: BlockDictionary;
  readonly resourceHash = new GrowableBytes();
  readonly resourceAttrs: MapColumn;
  readonly resourceSchemaUrl: BlockDictionary;
  readonly scopeName: BlockDictionary;
  readonly scopeVersion: BlockDictionary;
  readonly scopeAttrs: MapColumn;
  readonly scopeSchemaUrl: BlockDictionary;
  readonly attrs: MapColumn;
  readonly attrsNum: MapColumn;
  abstract readonly timestamp: WordColumn;
  rows = 0;
  /** Every column by its name in the table. */
  protected abstract readonly columns: Readonly<Record<string, BlockColumn>>;
  readonly #layout: TableLayout;

  constructor(layout: TableLayout, { names, keys }: WireTexts) {
    this.#layout = layout;
    this.serviceName = new BlockDictionary(names);
    this.resourceAttrs = new MapColumn(keys);
    this.resourceSchemaUrl = new BlockDictionary(names);
    this.scopeName = new BlockDictionary(names);
    this.scopeVersion = new BlockDictionary(names);
    this.scopeAttrs = new MapColumn(keys);
    this.scopeSchemaUrl = new BlockDictionary(names);
    this.attrs = new MapColumn(keys);
    this.attrsNum = new MapColumn(keys);
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

  protected sharedColumns() {
    return {
      TenantId: this.tenantId,
      ProjectId: this.projectId,
      ServiceName: this.serviceName,
      ResourceHash: this.resourceHash,
      ResourceAttrs: this.resourceAttrs,
      ResourceSchemaUrl: this.resourceSchemaUrl,
      ScopeName: this.scopeName,
      ScopeVersion: this.scopeVersion,
      ScopeAttrs: this.scopeAttrs,
      ScopeSchemaUrl: this.scopeSchemaUrl,
      Attrs: this.attrs,
      AttrsNum: this.attrsNum,
    };
  }
}
