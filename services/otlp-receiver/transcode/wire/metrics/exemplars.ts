import { Attributes } from '../attributes.js';
import { ArrayColumn } from '../columns/block-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { MapColumn } from '../columns/map-column.js';
import { Numbers } from '../columns/numbers.js';
import { SPAN_ID_BYTES, TRACE_ID_BYTES, ZERO_ID } from '../traces/span-parts-reader.js';
import { UNUSUAL } from '../unusual.js';
import { millisHigh, millisLow, nearestDouble } from './fixed64.js';
import type { MetricTools } from './metric-tools.js';
import { checkStorable } from './point-head.js';

/** Tags of opentelemetry.proto.metrics.v1.Exemplar. */
const EXEMPLAR = {
  time: 0x11,
  asDouble: 0x19,
  spanId: 0x22,
  traceId: 0x2a,
  asInt: 0x31,
  attributes: 0x3a,
} as const;

/** The exemplars of one kind of points. */
export class Exemplars {
  readonly #tools: Pick<MetricTools, 'source' | 'order'>;
  readonly #attributes: Attributes;
  readonly #offsets = new Numbers();
  readonly #timestamp = new GrowableBytes();
  readonly #value = new GrowableBytes();
  readonly #traceId = new GrowableBytes();
  readonly #spanId = new GrowableBytes();
  readonly #attrs: MapColumn;

  constructor(tools: Pick<MetricTools, 'source' | 'order' | 'texts'>) {
    this.#tools = tools;
    this.#attributes = new Attributes(tools.source, tools.texts.keys);
    this.#attrs = new MapColumn(tools.texts.keys);
  }

  columns() {
    const offsets = this.#offsets;
    return {
      'Exemplars.Timestamp': new ArrayColumn(offsets, this.#timestamp),
      'Exemplars.Value': new ArrayColumn(offsets, this.#value),
      'Exemplars.TraceId': new ArrayColumn(offsets, this.#traceId),
      'Exemplars.SpanId': new ArrayColumn(offsets, this.#spanId),
      'Exemplars.Attrs': new ArrayColumn(offsets, this.#attrs),
    };
  }

  /** Ends the row that those read since the last end belong to. */
  endRow(): void {
    this.#offsets.push(this.#attrs.offsets.length);
  }

  /** Appends the Exemplar message from the position to `end`. */
  read(end: number): void {
    const { source, order } = this.#tools;
    const attributes = this.#attributes;
    attributes.count = 0;
    let [time, asDouble, asInt, spanId, traceId] = [-1, -1, -1, -1, -1];
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === EXEMPLAR.attributes) attributes.read(source.delimited(end));
      else if (tag === EXEMPLAR.time) time = source.fixed(8, end);
      else if (tag === EXEMPLAR.asDouble) asDouble = source.fixed(8, end);
      else if (tag === EXEMPLAR.asInt) asInt = source.fixed(8, end);
      else if (tag === EXEMPLAR.spanId) spanId = source.exactlyOrEmpty(SPAN_ID_BYTES, end);
      else if (tag === EXEMPLAR.traceId) traceId = source.exactlyOrEmpty(TRACE_ID_BYTES, end);
      else source.skip(tag, end);
    }
    this.#appendTime(time);
    this.#appendValue(asInt, asDouble);
    this.#appendId(this.#traceId, traceId, TRACE_ID_BYTES);
    this.#appendId(this.#spanId, spanId, SPAN_ID_BYTES);
    this.#attrs.pushText(attributes, order.of(attributes.keys, attributes.count));
  }

  #appendTime(position: number): void {
    const { view } = this.#tools.source;
    if (position < 0) {
      this.#timestamp.uint64(0, 0);
      return;
    }
    checkStorable(view, position);
    this.#timestamp.uint64(millisLow(view, position), millisHigh(view, position));
  }

  #appendValue(asInt: number, asDouble: number): void {
    const { view } = this.#tools.source;
    if (asInt >= 0) this.#value.float64(nearestDouble(view, asInt));
    else if (asDouble >= 0) this.#value.float64(view.getFloat64(asDouble, true));
    else throw UNUSUAL;
  }

  #appendId(column: GrowableBytes, position: number, size: number): void {
    if (position < 0) column.raw(ZERO_ID.subarray(0, size));
    else column.copy(this.#tools.source, position, position + size);
  }
}
