import { SPAN_KINDS, STATUS_CODES } from '../../span-columns.js';
import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import type { ItemReader, WireTools } from '../envelope-reader.js';
import type { TimeCheck } from '../time-check.js';
import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';
import { SpanBlock } from './span-block.js';
import { SPAN_ID_BYTES, SpanPartsReader, TRACE_ID_BYTES } from './span-parts-reader.js';

/** Tags (field number × 8 + wire type) of opentelemetry.proto.trace.v1.Span and Status. */
const SPAN = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  start: 0x39,
  end: 0x41,
  attributes: 0x4a,
  droppedAttributes: 0x50,
  event: 0x5a,
  droppedEvents: 0x60,
  link: 0x6a,
  droppedLinks: 0x70,
  status: 0x7a,
  flags: 0x85,
} as const;
const STATUS = { message: 0x12, code: 0x18 } as const;

/** Reads spans from a request straight into the columns of a block. */
export class SpanReader implements ItemReader {
  readonly #source: WireBytes;
  readonly #names: ByteDictionary;
  readonly #attributes: Attributes;
  readonly #order: AttributeOrder;
  readonly block: SpanBlock;
  readonly #times: TimeCheck;
  readonly #parts: SpanPartsReader;

  // The fields of the span being read. Positions of values in the request; -1 stands for a field that is not set.
  #traceId = -1;
  #spanId = -1;
  #parent = -1;
  #traceState = 0;
  #traceStateEnd = 0;
  #name = 0;
  #kind = 0;
  #start = -1;
  #end = -1;
  #flags = 0;
  #droppedAttributes = 0;
  #droppedEvents = 0;
  #droppedLinks = 0;
  #statusCode = 0;
  #message = 0;
  #messageEnd = 0;

  constructor({ source, texts, order, times }: WireTools) {
    this.#source = source;
    this.#names = texts.names;
    this.#attributes = new Attributes(source, texts.keys);
    this.#order = order;
    this.block = new SpanBlock(texts);
    this.#times = times;
    this.#parts = new SpanPartsReader(source, texts, order, this.block);
  }

  /** Appends the Span message from the position to `end` as one row. */
  read(end: number): void {
    this.#reset();
    const source = this.#source;
    while (source.at < end) this.#field(source.varint31(end), end);
    if (this.#traceId < 0 || this.#spanId < 0 || this.#start < 0) throw UNUSUAL;
    if (source.isZero(this.#traceId, TRACE_ID_BYTES) || source.isZero(this.#spanId, SPAN_ID_BYTES))
      throw UNUSUAL;
    this.#append();
  }

  #reset(): void {
    this.#attributes.count = 0;
    this.#traceId = this.#spanId = this.#parent = this.#start = this.#end = -1;
    this.#traceState = this.#traceStateEnd = this.#name = this.#kind = this.#flags = 0;
    this.#droppedAttributes = this.#droppedEvents = this.#droppedLinks = 0;
    this.#statusCode = this.#message = this.#messageEnd = 0;
  }

  #field(tag: number, end: number): void {
    const source = this.#source;
    switch (tag) {
      case SPAN.attributes:
        this.#attributes.read(source.delimited(end));
        return;
      case SPAN.traceId:
        this.#traceId = source.exactly(TRACE_ID_BYTES, end);
        return;
      case SPAN.spanId:
        this.#spanId = source.exactly(SPAN_ID_BYTES, end);
        return;
      case SPAN.parentSpanId:
        this.#parent = source.exactlyOrEmpty(SPAN_ID_BYTES, end);
        return;
      case SPAN.name:
        this.#name = this.#names.read(source, end);
        return;
      case SPAN.kind:
        this.#kind = source.varint31(end);
        return;
      case SPAN.start:
        this.#start = source.fixed(8, end);
        return;
      case SPAN.end:
        this.#end = source.fixed(8, end);
        return;
      case SPAN.flags:
        this.#flags = source.view.getUint32(source.fixed(4, end), true);
        return;
      case SPAN.status:
        this.#status(source.delimited(end));
        return;
      case SPAN.event:
        this.#parts.readEvent(source.delimited(end));
        return;
      default:
        this.#rareField(tag, end);
    }
  }

  #rareField(tag: number, end: number): void {
    const source = this.#source;
    switch (tag) {
      case SPAN.traceState:
        this.#traceStateEnd = source.delimited(end);
        this.#traceState = source.at;
        source.at = this.#traceStateEnd;
        return;
      case SPAN.link:
        this.#parts.readLink(source.delimited(end));
        return;
      case SPAN.droppedAttributes:
        this.#droppedAttributes = source.varint31(end);
        return;
      case SPAN.droppedEvents:
        this.#droppedEvents = source.varint31(end);
        return;
      case SPAN.droppedLinks:
        this.#droppedLinks = source.varint31(end);
        return;
      default:
        source.skip(tag, end);
    }
  }

  /** A second status replaces the first, whole. */
  #status(end: number): void {
    const source = this.#source;
    this.#statusCode = this.#message = this.#messageEnd = 0;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === STATUS.code) this.#statusCode = source.varint31(end);
      else if (tag === STATUS.message) {
        this.#messageEnd = source.delimited(end);
        this.#message = source.at;
        source.at = this.#messageEnd;
      } else source.skip(tag, end);
    }
  }

  #append(): void {
    const source = this.#source;
    const block = this.block;
    this.#times.check(this.#start, this.#end);
    this.#appendFixed(block.rows);
    block.traceState.text(source, this.#traceState, this.#traceStateEnd);
    block.spanName.push(this.#name);
    block.statusMessage.text(source, this.#message, this.#messageEnd);
    const order = this.#order.of(this.#attributes.keys, this.#attributes.count);
    block.attrs.pushText(this.#attributes, order);
    block.attrsNum.pushNumbers(this.#attributes, order);
    block.eventOffsets.push(block.eventName.indexes.length);
    block.linkOffsets.push(block.linkAttrs.offsets.length);
    block.rows++;
  }

  #appendFixed(row: number): void {
    const block = this.block;
    const { view } = this.#source;
    block.fixed.reserve(row);
    block.timestamp.copy(row, view, this.#start);
    block.traceId.copy(row, view, this.#traceId);
    block.spanId.copy(row, view, this.#spanId);
    block.parentSpanId.copy(row, view, this.#parent);
    block.flags.values[row] = this.#flags;
    block.spanKind.values[row] = this.#kind < SPAN_KINDS.length ? this.#kind : 0;
    this.#duration(block.durationNs.values, row * 2);
    block.statusCode.values[row] = this.#statusCode < STATUS_CODES.length ? this.#statusCode : 0;
    block.droppedAttrs.values[row] = this.#droppedAttributes;
    block.droppedEvents.values[row] = this.#droppedEvents;
    block.droppedLinks.values[row] = this.#droppedLinks;
  }

  /** End minus start in two halves; 0 when the span ends before it starts. */
  #duration(values: Uint32Array, at: number): void {
    const { view } = this.#source;
    const startLow = view.getUint32(this.#start, true);
    const startHigh = view.getUint32(this.#start + 4, true);
    const endLow = this.#end < 0 ? 0 : view.getUint32(this.#end, true);
    const endHigh = this.#end < 0 ? 0 : view.getUint32(this.#end + 4, true);
    const low = endLow - startLow;
    const high = endHigh - startHigh - (low < 0 ? 1 : 0);
    values[at] = high < 0 ? 0 : low;
    values[at + 1] = Math.max(high, 0);
  }
}
