import { SPANS_TABLE, type SpanColumns, spanColumns } from '../../span-columns.js';
import { ArrayColumn, type BlockColumn } from '../columns/block-columns.js';
import { BlockDictionary } from '../columns/block-dictionary.js';
import { ByteColumn, FixedColumns, WordColumn } from '../columns/fixed-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { MapColumn } from '../columns/map-column.js';
import { Numbers } from '../columns/numbers.js';
import { RowBlock, TableLayout, type WireTexts } from '../columns/row-block.js';

const LAYOUT = new TableLayout(SPANS_TABLE, spanColumns());

/** The columns of `spans` while a block is built. */
export class SpanBlock extends RowBlock {
  readonly timestamp = new WordColumn(2);
  readonly traceId = new WordColumn(4);
  readonly spanId = new WordColumn(2);
  readonly parentSpanId = new WordColumn(2);
  readonly traceState = new GrowableBytes();
  readonly flags = new WordColumn(1);
  readonly spanName: BlockDictionary;
  readonly spanKind = new ByteColumn();
  readonly durationNs = new WordColumn(2);
  readonly statusCode = new ByteColumn();
  readonly statusMessage = new GrowableBytes();
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
  protected readonly columns: Readonly<Record<keyof SpanColumns, BlockColumn>>;

  constructor(texts: WireTexts) {
    super(LAYOUT, texts);
    this.spanName = new BlockDictionary(texts.names);
    this.eventName = new BlockDictionary(texts.names);
    this.eventAttrs = new MapColumn(texts.keys);
    this.linkAttrs = new MapColumn(texts.keys);
    this.columns = { ...this.sharedColumns(), ...this.#ownColumns(), ...this.#partColumns() };
  }

  #ownColumns() {
    return {
      Timestamp: this.timestamp,
      TraceId: this.traceId,
      SpanId: this.spanId,
      ParentSpanId: this.parentSpanId,
      TraceState: this.traceState,
      Flags: this.flags,
      SpanName: this.spanName,
      SpanKind: this.spanKind,
      DurationNs: this.durationNs,
      StatusCode: this.statusCode,
      StatusMessage: this.statusMessage,
      DroppedAttrs: this.droppedAttrs,
      DroppedEvents: this.droppedEvents,
      DroppedLinks: this.droppedLinks,
    };
  }

  #partColumns() {
    return {
      'Events.Timestamp': new ArrayColumn(this.eventOffsets, this.eventTimestamp),
      'Events.Name': new ArrayColumn(this.eventOffsets, this.eventName),
      'Events.Attrs': new ArrayColumn(this.eventOffsets, this.eventAttrs),
      'Links.TraceId': new ArrayColumn(this.linkOffsets, this.linkTraceId),
      'Links.SpanId': new ArrayColumn(this.linkOffsets, this.linkSpanId),
      'Links.TraceState': new ArrayColumn(this.linkOffsets, this.linkTraceState),
      'Links.Attrs': new ArrayColumn(this.linkOffsets, this.linkAttrs),
    };
  }
}
