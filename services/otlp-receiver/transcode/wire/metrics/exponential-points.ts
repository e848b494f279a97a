import { DoubleColumn, WordColumn } from '../columns/fixed-columns.js';
import { Distribution } from './distribution.js';
import { Exemplars } from './exemplars.js';
import { ExponentialBuckets, sint32 } from './exponential-buckets.js';
import type { MetricTools } from './metric-tools.js';
import { PointBlock } from './point-block.js';
import { PointHead, type PointReader } from './point-head.js';
import type { MetricInRequest } from './series-notes.js';

/** Tags of opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint. */
const POINT = {
  count: 0x21,
  sum: 0x29,
  scale: 0x30,
  zeroCount: 0x39,
  positive: 0x42,
  negative: 0x4a,
  exemplar: 0x5a,
  min: 0x61,
  max: 0x69,
  zeroThreshold: 0x71,
} as const;
const HEAD = { attribute: 0x0a, flags: 0x50 } as const;

/** The points of exponential histograms. */
export class ExponentialPoints implements PointReader {
  readonly block: PointBlock;
  readonly #tools: MetricTools;
  readonly #head: PointHead;
  readonly #exemplars: Exemplars;
  readonly #distribution: Distribution;
  readonly #positive: ExponentialBuckets;
  readonly #negative: ExponentialBuckets;
  readonly #scaleColumn = new WordColumn(1);
  readonly #zeroCountColumn = new WordColumn(2);
  readonly #zeroThresholdColumn = new DoubleColumn();
  #scale = 0;
  #zeroCount = -1;
  #zeroThreshold = -1;

  constructor(tools: MetricTools) {
    this.#tools = tools;
    this.#exemplars = new Exemplars(tools);
    this.#distribution = new Distribution(tools.source);
    this.#positive = new ExponentialBuckets(tools.source);
    this.#negative = new ExponentialBuckets(tools.source);
    this.block = PointBlock.of('exp_histogram', tools, this.#columns());
    this.#head = new PointHead(tools, this.block, HEAD);
  }

  #columns() {
    return {
      ...this.#exemplars.columns(),
      ...this.#distribution.columns(),
      Scale: this.#scaleColumn,
      ZeroCount: this.#zeroCountColumn,
      ZeroThreshold: this.#zeroThresholdColumn,
      PosOffset: this.#positive.offset,
      PosBuckets: this.#positive.counts,
      NegOffset: this.#negative.offset,
      NegBuckets: this.#negative.counts,
    };
  }

  read(end: number, metric: MetricInRequest): void {
    const { source } = this.#tools;
    this.#reset();
    while (source.at < end) {
      const start = source.at;
      const tag = source.varint31(end);
      if (!this.#head.takes(tag, start, end)) this.#field(tag, end);
    }
    const row = this.#head.append(metric);
    this.#exemplars.endRow();
    this.#distribution.setRow(row);
    this.#scaleColumn.values[row] = this.#scale;
    this.#zeroCountColumn.copy(row, source.view, this.#zeroCount);
    this.#zeroThresholdColumn.copy(row, source.view, this.#zeroThreshold);
    this.#positive.setRow(row);
    this.#negative.setRow(row);
  }

  #reset(): void {
    this.#head.reset();
    this.#distribution.reset();
    this.#positive.reset();
    this.#negative.reset();
    this.#scale = 0;
    this.#zeroCount = this.#zeroThreshold = -1;
  }

  #field(tag: number, end: number): void {
    const { source } = this.#tools;
    switch (tag) {
      case POINT.scale:
        this.#scale = sint32(source, end);
        return;
      case POINT.zeroCount:
        this.#zeroCount = source.fixed(8, end);
        return;
      case POINT.zeroThreshold:
        this.#zeroThreshold = source.fixed(8, end);
        return;
      case POINT.positive:
        this.#positive.read(source.delimited(end));
        return;
      case POINT.negative:
        this.#negative.read(source.delimited(end));
        return;
      default:
        this.#distributionField(tag, end);
    }
  }

  #distributionField(tag: number, end: number): void {
    const { source } = this.#tools;
    const distribution = this.#distribution;
    if (tag === POINT.count) distribution.count = source.fixed(8, end);
    else if (tag === POINT.sum) distribution.sum = source.fixed(8, end);
    else if (tag === POINT.min) distribution.min = source.fixed(8, end);
    else if (tag === POINT.max) distribution.max = source.fixed(8, end);
    else if (tag === POINT.exemplar) this.#exemplars.read(source.delimited(end));
    else source.skip(tag, end);
  }
}
