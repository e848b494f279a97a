import { ArrayColumn } from '../columns/block-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { Numbers } from '../columns/numbers.js';
import { UNUSUAL } from '../unusual.js';
import { Distribution } from './distribution.js';
import { Exemplars } from './exemplars.js';
import type { MetricTools } from './metric-tools.js';
import { PointBlock } from './point-block.js';
import { PointHead, type PointReader } from './point-head.js';
import type { MetricInRequest } from './series-notes.js';

/** Tags of opentelemetry.proto.metrics.v1.HistogramDataPoint; lists of numbers may also come one by one. */
const POINT = {
  count: 0x21,
  sum: 0x29,
  buckets: 0x32,
  bucket: 0x31,
  bounds: 0x3a,
  bound: 0x39,
  exemplar: 0x42,
  min: 0x59,
  max: 0x61,
} as const;
const HEAD = { attribute: 0x4a, flags: 0x50 } as const;
const NUMBER_BYTES = 8;

/** The points of histograms with explicit bounds. */
export class HistogramPoints implements PointReader {
  readonly block: PointBlock;
  readonly #tools: MetricTools;
  readonly #head: PointHead;
  readonly #exemplars: Exemplars;
  readonly #distribution: Distribution;
  readonly #boundOffsets = new Numbers();
  readonly #bounds = new GrowableBytes();
  readonly #bucketOffsets = new Numbers();
  readonly #buckets = new GrowableBytes();

  constructor(tools: MetricTools) {
    this.#tools = tools;
    this.#exemplars = new Exemplars(tools);
    this.#distribution = new Distribution(tools.source);
    this.block = PointBlock.of('histogram', tools, {
      ...this.#exemplars.columns(),
      ...this.#distribution.columns(),
      Bounds: new ArrayColumn(this.#boundOffsets, this.#bounds),
      Buckets: new ArrayColumn(this.#bucketOffsets, this.#buckets),
    });
    this.#head = new PointHead(tools, this.block, HEAD);
  }

  read(end: number, metric: MetricInRequest): void {
    const { source } = this.#tools;
    const firstBound = this.#bounds.length;
    const firstBucket = this.#buckets.length;
    this.#head.reset();
    this.#distribution.reset();
    while (source.at < end) {
      const start = source.at;
      const tag = source.varint31(end);
      if (!this.#head.takes(tag, start, end)) this.#field(tag, end);
    }
    this.#checkBuckets(firstBound, firstBucket);
    const row = this.#head.append(metric);
    this.#exemplars.endRow();
    this.#distribution.setRow(row);
    this.#boundOffsets.push(this.#bounds.length / NUMBER_BYTES);
    this.#bucketOffsets.push(this.#buckets.length / NUMBER_BYTES);
  }

  #field(tag: number, end: number): void {
    const { source } = this.#tools;
    const distribution = this.#distribution;
    switch (tag) {
      case POINT.count:
        distribution.count = source.fixed(8, end);
        return;
      case POINT.sum:
        distribution.sum = source.fixed(8, end);
        return;
      case POINT.buckets:
        this.#appendList(this.#buckets, end);
        return;
      case POINT.bounds:
        this.#appendList(this.#bounds, end);
        return;
      case POINT.min:
        distribution.min = source.fixed(8, end);
        return;
      case POINT.max:
        distribution.max = source.fixed(8, end);
        return;
      default:
        this.#rareField(tag, end);
    }
  }

  #rareField(tag: number, end: number): void {
    const { source } = this.#tools;
    if (tag === POINT.exemplar) this.#exemplars.read(source.delimited(end));
    else if (tag === POINT.bucket) this.#appendOne(this.#buckets, end);
    else if (tag === POINT.bound) this.#appendOne(this.#bounds, end);
    else source.skip(tag, end);
  }

  #appendList(column: GrowableBytes, end: number): void {
    const { source } = this.#tools;
    const listEnd = source.delimited(end);
    if ((listEnd - source.at) % NUMBER_BYTES !== 0) throw UNUSUAL;
    column.copy(source, source.at, listEnd);
    source.at = listEnd;
  }

  #appendOne(column: GrowableBytes, end: number): void {
    const start = this.#tools.source.fixed(NUMBER_BYTES, end);
    column.copy(this.#tools.source, start, start + NUMBER_BYTES);
  }

  /** One bucket more than bounds, or neither; every bound above the one before. */
  #checkBuckets(firstBound: number, firstBucket: number): void {
    const { view, length } = this.#bounds;
    const boundBytes = length - firstBound;
    const bucketBytes = this.#buckets.length - firstBucket;
    if (bucketBytes === 0 && boundBytes === 0) return;
    if (bucketBytes !== boundBytes + NUMBER_BYTES) throw UNUSUAL;
    if (boundBytes === 0) return;
    let previous = view.getFloat64(firstBound, true);
    if (Number.isNaN(previous)) throw UNUSUAL;
    for (let at = firstBound + NUMBER_BYTES; at < length; at += NUMBER_BYTES) {
      const bound = view.getFloat64(at, true);
      if (!(bound > previous)) throw UNUSUAL;
      previous = bound;
    }
  }
}
