import { LOGS_TABLE, type LogColumns, logColumns } from '../../log-columns.js';
import type { BlockColumn } from '../columns/block-columns.js';
import { BlockDictionary } from '../columns/block-dictionary.js';
import { ByteColumn, FixedColumns, WordColumn } from '../columns/fixed-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { RowBlock, TableLayout, type WireTexts } from '../columns/row-block.js';

const LAYOUT = new TableLayout(LOGS_TABLE, logColumns());

/** The columns of `logs` while a block is built. */
export class LogBlock extends RowBlock {
  readonly timestamp = new WordColumn(2);
  readonly observedTimestamp = new WordColumn(2);
  readonly traceId = new WordColumn(4);
  readonly spanId = new WordColumn(2);
  readonly traceFlags = new ByteColumn();
  readonly severityNumber = new ByteColumn();
  readonly severityText: BlockDictionary;
  readonly eventName: BlockDictionary;
  readonly body = new GrowableBytes();
  readonly bodyType = new ByteColumn();
  readonly droppedAttrs = new WordColumn(1);
  /** Columns that are written by row index. */
  readonly fixed = new FixedColumns([
    ...[this.timestamp, this.observedTimestamp, this.traceId, this.spanId, this.droppedAttrs],
    ...[this.traceFlags, this.severityNumber, this.bodyType],
  ]);
  protected readonly columns: Readonly<Record<keyof LogColumns, BlockColumn>>;

  constructor(texts: WireTexts) {
    super(LAYOUT, texts);
    this.severityText = new BlockDictionary(texts.names);
    this.eventName = new BlockDictionary(texts.names);
    this.columns = {
      ...this.sharedColumns(),
      Timestamp: this.timestamp,
      ObservedTimestamp: this.observedTimestamp,
      TraceId: this.traceId,
      SpanId: this.spanId,
      TraceFlags: this.traceFlags,
      SeverityNumber: this.severityNumber,
      SeverityText: this.severityText,
      EventName: this.eventName,
      Body: this.body,
      BodyType: this.bodyType,
      DroppedAttrs: this.droppedAttrs,
    };
  }
}
