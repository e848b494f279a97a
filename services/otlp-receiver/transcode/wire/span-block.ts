import type { NativeBlock } from '../../native/block.js';
import { SPANS_TABLE, spanColumns } from '../span-columns.js';
import { BlockDictionary, writeOffsets } from './block-dictionary.js';
import type { ByteDictionary } from './byte-dictionary.js';
import { ByteColumn, FixedColumns, WordColumn } from './fixed-columns.js';
import { GrowableBytes } from './growable-bytes.js';
import { MapColumn } from './map-column.js';
import { Numbers } from './numbers.js';

/** Column names and types, exactly those of the reference. */
const COLUMNS: readonly (readonly [name: string, type: string])[] = Object.entries(spanColumns()).map(
  ([name, column]) => [name, column.type],
);
const NAMES = COLUMNS.map(([name]) => name);
/** Name and type of each column, length-prefixed, as they precede its data. */
const HEADERS = COLUMNS.map(([name, type]) => {
  const header = new GrowableBytes(64);
  header.string(name);
  header.string(type);
  return Buffer.from(header.bytes.subarray(0, header.length));
});
/** Timestamp, ids, flags, kind, duration, status and the three counts of dropped items. */
const FIXED_BYTES_PER_ROW = 8 + 16 + 8 + 8 + 4 + 1 + 8 + 1 + 12;
const HEADER_BYTES = HEADERS.reduce((sum, { length }) => sum + length, 16);

/** Dictionaries that outlive blocks: instrumentation repeats itself. */
export interface SpanTexts {
  readonly names: ByteDictionary;
  readonly keys: ByteDictionary;
}

/** Writes a column's data, dictionaries' prefixes first. */
type WriteColumn = (out: GrowableBytes) => void;

const plain =
  (column: GrowableBytes): WriteColumn =>
  (out) =>
    out.copy(column, 0, column.length);

/** The columns of `spans` while a block is built: one buffer a column, in the table's order. */
export class SpanBlock {
  readonly tenantId = new GrowableBytes();
  readonly projectId = new GrowableBytes();
  readonly timestamp = new WordColumn(2);
  readonly traceId = new WordColumn(4);
  readonly spanId = new WordColumn(2);
  readonly parentSpanId = new WordColumn(2);
  readonly traceState = new GrowableBytes();
  readonly flags = new WordColumn(1);
  readonly serviceName: BlockDictionary;
  readonly spanName: BlockDictionary;
  readonly spanKind = new ByteColumn();
  readonly durationNs = new WordColumn(2);
  readonly statusCode = new ByteColumn();
  readonly statusMessage = new GrowableBytes();
  readonly resourceHash = new GrowableBytes();
  readonly resourceAttrs: MapColumn;
  readonly resourceSchemaUrl: BlockDictionary;
  readonly scopeName: BlockDictionary;
  readonly scopeVersion: BlockDictionary;
  readonly scopeAttrs: MapColumn;
  readonly scopeSchemaUrl: BlockDictionary;
  readonly attrs: MapColumn;
  readonly attrsNum: MapColumn;
  readonly eventOffsets = new Numbers();
  readonly eventTimestamp = new GrowableBytes();
  readonly eventName: BlockDictionary;
  readonly eventAttrs: MapColumn;
  readonly linkOffsets = new Numbers();
  readonly linkTraceId = new GrowableBytes();
  readonly linkSpanId = new GrowableBytes();
  readonly linkTraceState = new GrowableBytes();
  readonly linkAttrs: MapColumn;
  readonly droppedAttrs = new WordColumn(1);
  readonly droppedEvents = new WordColumn(1);
  readonly droppedLinks = new WordColumn(1);
  /** Columns that are written by row index. */
  readonly fixed = new FixedColumns([
    ...[
      this.timestamp,
      this.traceId,
      this.spanId,
      this.parentSpanId,
      this.flags,
      this.spanKind,
      this.durationNs,
    ],
    ...[this.statusCode, this.droppedAttrs, this.droppedEvents, this.droppedLinks],
  ]);
  rows = 0;
  readonly #writers: readonly WriteColumn[];

  constructor({ names, keys }: SpanTexts) {
    this.serviceName = new BlockDictionary(names);
    this.spanName = new BlockDictionary(names);
    this.resourceAttrs = new MapColumn(keys);
    this.resourceSchemaUrl = new BlockDictionary(names);
    this.scopeName = new BlockDictionary(names);
    this.scopeVersion = new BlockDictionary(names);
    this.scopeAttrs = new MapColumn(keys);
    this.scopeSchemaUrl = new BlockDictionary(names);
    this.attrs = new MapColumn(keys);
    this.attrsNum = new MapColumn(keys);
    this.eventName = new BlockDictionary(names);
    this.eventAttrs = new MapColumn(keys);
    this.linkAttrs = new MapColumn(keys);
    this.#writers = this.#inOrder();
  }

  clear(): void {
    this.rows = 0;
    for (const column of Object.values(this)) {
      if (column instanceof GrowableBytes || column instanceof Numbers) column.length = 0;
      else if (column instanceof BlockDictionary || column instanceof MapColumn) column.clear();
    }
  }

  /** The block as it is sent. It owns its bytes; this object can be cleared and used again. */
  finish(days: readonly number[]): NativeBlock {
    const out = new GrowableBytes(HEADER_BYTES + this.#maxDataBytes());
    out.varUint(HEADERS.length);
    out.varUint(this.rows);
    for (const [index, write] of this.#writers.entries()) {
      out.raw(HEADERS[index] as Buffer);
      if (this.rows > 0) write(out);
    }
    return {
      table: SPANS_TABLE,
      columns: NAMES,
      rows: this.rows,
      bytes: out.bytes.subarray(0, out.length),
      days,
    };
  }

  #maxDataBytes(): number {
    let size = this.rows * FIXED_BYTES_PER_ROW + (this.eventOffsets.length + this.linkOffsets.length) * 32;
    for (const column of Object.values(this)) {
      if (column instanceof GrowableBytes) size += column.length;
      else if (column instanceof BlockDictionary || column instanceof MapColumn) size += column.maxBytes;
    }
    return size;
  }

  #inOrder(): WriteColumn[] {
    const dictionary =
      (column: BlockDictionary): WriteColumn =>
      (out) => {
        column.writePrefix(out);
        column.write(out);
      };
    const map =
      (column: MapColumn): WriteColumn =>
      (out) => {
        column.writePrefix(out);
        column.write(out);
      };
    const array =
      (offsets: Numbers, element: GrowableBytes | BlockDictionary | MapColumn): WriteColumn =>
      (out) => {
        if (!(element instanceof GrowableBytes)) element.writePrefix(out);
        writeOffsets(out, offsets);
        if (element instanceof GrowableBytes) out.copy(element, 0, element.length);
        else element.write(out);
      };
    const fixed =
      (column: WordColumn | ByteColumn): WriteColumn =>
      (out) =>
        column.write(out, this.rows);
    const { eventOffsets: events, linkOffsets: links } = this;
    return [
      ...[this.tenantId, this.projectId].map(plain),
      ...[this.timestamp, this.traceId, this.spanId, this.parentSpanId].map(fixed),
      plain(this.traceState),
      fixed(this.flags),
      ...[this.serviceName, this.spanName].map(dictionary),
      ...[this.spanKind, this.durationNs, this.statusCode].map(fixed),
      ...[this.statusMessage, this.resourceHash].map(plain),
      map(this.resourceAttrs),
      ...[this.resourceSchemaUrl, this.scopeName, this.scopeVersion].map(dictionary),
      map(this.scopeAttrs),
      dictionary(this.scopeSchemaUrl),
      ...[this.attrs, this.attrsNum].map(map),
      ...[this.eventTimestamp, this.eventName, this.eventAttrs].map((column) => array(events, column)),
      ...[this.linkTraceId, this.linkSpanId, this.linkTraceState, this.linkAttrs].map((column) =>
        array(links, column),
      ),
      ...[this.droppedAttrs, this.droppedEvents, this.droppedLinks].map(fixed),
    ];
  }
}
