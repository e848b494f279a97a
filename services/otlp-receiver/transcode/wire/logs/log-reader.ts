import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../reference/check-common.js';
import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import type { WordColumn } from '../columns/fixed-columns.js';
import type { ItemReader, WireTools } from '../envelope-reader.js';
import type { TimeCheck } from '../time-check.js';
import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';
import { LogBlock } from './log-block.js';
import { LogBody } from './log-body.js';
import { SeverityLevels } from './severity-levels.js';

/** Tags (field number × 8 + wire type) of opentelemetry.proto.logs.v1.LogRecord. */
const RECORD = {
  time: 0x09,
  severityNumber: 0x10,
  severityText: 0x1a,
  body: 0x2a,
  attributes: 0x32,
  droppedAttributes: 0x38,
  flags: 0x45,
  traceId: 0x4a,
  spanId: 0x52,
  observedTime: 0x59,
  eventName: 0x62,
} as const;

/** Reads log records from a request straight into the columns of a block. */
export class LogReader implements ItemReader {
  readonly block: LogBlock;
  readonly #source: WireBytes;
  readonly #names: ByteDictionary;
  readonly #attributes: Attributes;
  readonly #body: LogBody;
  readonly #order: AttributeOrder;
  readonly #times: TimeCheck;
  readonly #levels: SeverityLevels;

  // The fields of the record being read. Positions of values in the request; -1 stands for a field that is not set.
  #time = -1;
  #observed = -1;
  #traceId = -1;
  #spanId = -1;
  #flags = 0;
  #severityNumber = 0;
  #severityText = 0;
  #eventName = 0;
  #droppedAttributes = 0;

  constructor({ source, texts, order, times }: WireTools) {
    this.block = new LogBlock(texts);
    this.#source = source;
    this.#names = texts.names;
    this.#attributes = new Attributes(source, texts.keys);
    this.#body = new LogBody(source, texts.keys);
    this.#order = order;
    this.#times = times;
    this.#levels = new SeverityLevels(texts.names);
  }

  forget(): void {
    this.#levels.forget();
  }

  /** Appends the LogRecord message from the position to `end` as one row. */
  read(end: number): void {
    this.#reset();
    const source = this.#source;
    while (source.at < end) this.#field(source.varint31(end), end);
    this.#checkTimes();
    this.#append();
  }

  #reset(): void {
    this.#attributes.count = 0;
    this.#body.reset();
    this.#time = this.#observed = this.#traceId = this.#spanId = -1;
    this.#flags = this.#severityNumber = this.#severityText = 0;
    this.#eventName = this.#droppedAttributes = 0;
  }

  #field(tag: number, end: number): void {
    const source = this.#source;
    switch (tag) {
      case RECORD.attributes:
        this.#attributes.read(source.delimited(end));
        return;
      case RECORD.time:
        this.#time = source.fixed(8, end);
        return;
      case RECORD.observedTime:
        this.#observed = source.fixed(8, end);
        return;
      case RECORD.severityNumber:
        this.#severityNumber = source.varint31(end);
        return;
      case RECORD.severityText:
        this.#severityText = this.#names.read(source, end);
        return;
      case RECORD.body:
        this.#body.read(source.delimited(end));
        return;
      default:
        this.#rarerField(tag, end);
    }
  }

  #rarerField(tag: number, end: number): void {
    const source = this.#source;
    switch (tag) {
      case RECORD.traceId:
        this.#traceId = source.exactlyOrEmpty(TRACE_ID_BYTES, end);
        return;
      case RECORD.spanId:
        this.#spanId = source.exactlyOrEmpty(SPAN_ID_BYTES, end);
        return;
      case RECORD.flags:
        // The lowest byte comes first; the others are reserved.
        this.#flags = source.bytes[source.fixed(4, end)] as number;
        return;
      case RECORD.eventName:
        this.#eventName = this.#names.read(source, end);
        return;
      case RECORD.droppedAttributes:
        this.#droppedAttributes = source.varint31(end);
        return;
      default:
        source.skip(tag, end);
    }
  }

  /** A time of zero is none. A record without one has that of its observation, and without either that of its arrival. */
  #checkTimes(): void {
    const source = this.#source;
    if (this.#time >= 0 && source.isZero(this.#time, 8)) this.#time = -1;
    if (this.#observed >= 0 && source.isZero(this.#observed, 8)) this.#observed = -1;
    if (this.#time < 0) {
      this.#time = this.#observed;
      if (this.#time < 0) this.#times.noteArrival();
    } else if (this.#observed >= 0 && source.view.getUint32(this.#observed + 4, true) > 0x7fffffff)
      throw UNUSUAL;
    if (this.#time >= 0) this.#times.check(this.#time);
  }

  #append(): void {
    const { block } = this;
    this.#appendFixed(block.rows);
    block.severityText.push(this.#severityText);
    block.eventName.push(this.#eventName);
    const order = this.#order.of(this.#attributes.keys, this.#attributes.count);
    block.attrs.pushText(this.#attributes, order);
    block.attrsNum.pushNumbers(this.#attributes, order);
    block.rows++;
  }

  #appendFixed(row: number): void {
    const { block } = this;
    const { view } = this.#source;
    block.fixed.reserve(row);
    this.#appendTime(block.timestamp, row, this.#time);
    this.#appendTime(block.observedTimestamp, row, this.#observed);
    block.traceId.copy(row, view, this.#traceId);
    block.spanId.copy(row, view, this.#spanId);
    block.traceFlags.values[row] = this.#flags;
    block.severityNumber.values[row] = this.#levels.of(this.#severityNumber, this.#severityText);
    block.bodyType.values[row] = this.#body.write(block.body);
    block.droppedAttrs.values[row] = this.#droppedAttributes;
  }

  /** A time that is not set is that of arrival. */
  #appendTime(column: WordColumn, row: number, position: number): void {
    if (position >= 0) {
      column.copy(row, this.#source.view, position);
      return;
    }
    column.values[row * 2] = this.#times.nowLow;
    column.values[row * 2 + 1] = this.#times.nowHigh;
  }
}
