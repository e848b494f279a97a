import { ArrayColumn } from '../columns/block-columns.js';
import { DoubleColumn, WordColumn } from '../columns/fixed-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { Numbers } from '../columns/numbers.js';
import { UNUSUAL } from '../unusual.js';
import type { MetricTools } from './metric-tools.js';
import { PointBlock } from './point-block.js';
import { PointHead, type PointReader } from './point-head.js';
import type { MetricInRequest } from './series-notes.js';

/** Tags of opentelemetry.proto.metrics.v1.SummaryDataPoint and its ValueAtQuantile. */
const POINT = {
  count: 0x21,
  sum: 0x29,
  quantile: 0x32,
} as const;
const HEAD = { attribute: 0x3a, flags: 0x40 } as const;
const QUANTILE = { quantile: 0x09, value: 0x11 } as const;

/** The points of summaries. */
export class SummaryPoints implements PointReader {
  readonly block: PointBlock;
  readonly #tools: MetricTools;
  readonly #head: PointHead;
  readonly #count = new WordColumn(2);
  readonly #sum = new DoubleColumn();
  readonly #offsets = new Numbers();
  readonly #quantiles = new GrowableBytes();
  readonly #values = new GrowableBytes();

  constructor(tools: MetricTools) {
    this.#tools = tools;
    this.block = PointBlock.of('summary', tools, {
      Count: this.#count,
      Sum: this.#sum,
      Quantiles: new ArrayColumn(this.#offsets, this.#quantiles),
      Values: new ArrayColumn(this.#offsets, this.#values),
    });
    this.#head = new PointHead(tools, this.block, HEAD);
  }

  read(end: number, metric: MetricInRequest): void {
    const { source } = this.#tools;
    const head = this.#head;
    head.reset();
    let [count, sum] = [-1, -1];
    while (source.at < end) {
      const start = source.at;
      const tag = source.varint31(end);
      if (head.takes(tag, start, end)) continue;
      if (tag === POINT.count) count = source.fixed(8, end);
      else if (tag === POINT.sum) sum = source.fixed(8, end);
      else if (tag === POINT.quantile) this.#quantile(source.delimited(end));
      else source.skip(tag, end);
    }
    const row = head.append(metric);
    this.#count.copy(row, source.view, count);
    this.#sum.copy(row, source.view, sum);
    this.#offsets.push(this.#quantiles.length / 8);
  }

  #quantile(end: number): void {
    const { source } = this.#tools;
    let [quantile, value] = [0, 0];
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === QUANTILE.quantile) quantile = source.view.getFloat64(source.fixed(8, end), true);
      else if (tag === QUANTILE.value) value = source.view.getFloat64(source.fixed(8, end), true);
      else source.skip(tag, end);
    }
    if (!(quantile >= 0 && quantile <= 1)) throw UNUSUAL;
    this.#quantiles.float64(quantile);
    this.#values.float64(value);
  }
}
