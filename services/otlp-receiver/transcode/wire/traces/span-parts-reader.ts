import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';
import type { SpanBlock } from './span-block.js';

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
export const ZERO_ID = new Uint8Array(TRACE_ID_BYTES);

/** Tags of opentelemetry.proto.trace.v1.Span.Event and Link. */
const EVENT = { time: 0x09, name: 0x12, attributes: 0x1a } as const;
const LINK = { traceId: 0x0a, spanId: 0x12, traceState: 0x1a, attributes: 0x22 } as const;

/** Reads the events and links of spans straight into the columns of a block. */
export class SpanPartsReader {
  readonly #source: WireBytes;
  readonly #names: ByteDictionary;
  readonly #attributes: Attributes;
  readonly #order: AttributeOrder;
  readonly #block: SpanBlock;

  constructor(
    source: WireBytes,
    texts: { readonly names: ByteDictionary; readonly keys: ByteDictionary },
    order: AttributeOrder,
    block: SpanBlock,
  ) {
    this.#source = source;
    this.#names = texts.names;
    this.#attributes = new Attributes(source, texts.keys);
    this.#order = order;
    this.#block = block;
  }

  /** Appends the Event message from the position to `end`. */
  readEvent(end: number): void {
    const source = this.#source;
    const block = this.#block;
    this.#attributes.count = 0;
    let time = -1;
    let name = 0;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === EVENT.attributes) this.#attributes.read(source.delimited(end));
      else if (tag === EVENT.time) time = source.fixed(8, end);
      else if (tag === EVENT.name) name = this.#names.read(source, end);
      else source.skip(tag, end);
    }
    if (time < 0) block.eventTimestamp.uint64(0, 0);
    else {
      if (source.view.getUint32(time + 4, true) > 0x7fffffff) throw UNUSUAL;
      block.eventTimestamp.copy(source, time, time + 8);
    }
    block.eventName.push(name);
    block.eventAttrs.pushText(
      this.#attributes,
      this.#order.of(this.#attributes.keys, this.#attributes.count),
    );
  }

  /** Appends the Link message from the position to `end`. */
  readLink(end: number): void {
    const source = this.#source;
    const block = this.#block;
    this.#attributes.count = 0;
    let [traceId, spanId, state, stateEnd] = [-1, -1, 0, 0];
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === LINK.attributes) this.#attributes.read(source.delimited(end));
      else if (tag === LINK.traceId) traceId = source.exactlyOrEmpty(TRACE_ID_BYTES, end);
      else if (tag === LINK.spanId) spanId = source.exactlyOrEmpty(SPAN_ID_BYTES, end);
      else if (tag === LINK.traceState) {
        stateEnd = source.delimited(end);
        state = source.at;
        source.at = stateEnd;
      } else source.skip(tag, end);
    }
    if (traceId < 0) block.linkTraceId.raw(ZERO_ID);
    else block.linkTraceId.copy(source, traceId, traceId + TRACE_ID_BYTES);
    if (spanId < 0) block.linkSpanId.uint64(0, 0);
    else block.linkSpanId.copy(source, spanId, spanId + SPAN_ID_BYTES);
    block.linkTraceState.text(source, state, stateEnd);
    block.linkAttrs.pushText(this.#attributes, this.#order.of(this.#attributes.keys, this.#attributes.count));
  }
}
