import { ByteColumn, DoubleColumn, WordColumn } from '../columns/fixed-columns.js';
import { UNUSUAL } from '../unusual.js';
import { Exemplars } from './exemplars.js';
import { isExactInteger, nearestDouble } from './fixed64.js';
import type { MetricTools } from './metric-tools.js';
import { PointBlock } from './point-block.js';
import { PointHead, type PointReader } from './point-head.js';
import type { MetricInRequest } from './series-notes.js';

/** Tags of opentelemetry.proto.metrics.v1.NumberDataPoint. */
const POINT = {
  asDouble: 0x21,
  exemplar: 0x2a,
  asInt: 0x31,
} as const;
const HEAD = { attribute: 0x3a, flags: 0x40 } as const;
/** Data point flag: there is no value, so that a gap shows. */
const NO_RECORDED_VALUE = 1;

/** The points of gauges or of sums. */
export class NumberPoints implements PointReader {
  readonly block: PointBlock;
  readonly #tools: MetricTools;
  readonly #head: PointHead;
  readonly #exemplars: Exemplars;
  readonly #value = new DoubleColumn();
  readonly #isInt = new ByteColumn();
  readonly #valueInt = new WordColumn(2);

  constructor(type: 'gauge' | 'sum', tools: MetricTools) {
    this.#tools = tools;
    this.#exemplars = new Exemplars(tools);
    this.block = PointBlock.of(type, tools, {
      ...this.#exemplars.columns(),
      Value: this.#value,
      IsInt: this.#isInt,
      ValueInt: this.#valueInt,
    });
    this.#head = new PointHead(tools, this.block, HEAD);
  }

  read(end: number, metric: MetricInRequest): void {
    const { source } = this.#tools;
    const head = this.#head;
    head.reset();
    let [asDouble, asInt] = [-1, -1];
    while (source.at < end) {
      const start = source.at;
      const tag = source.varint31(end);
      if (head.takes(tag, start, end)) continue;
      if (tag === POINT.asDouble) asDouble = source.fixed(8, end);
      else if (tag === POINT.asInt) asInt = source.fixed(8, end);
      else if (tag === POINT.exemplar) this.#exemplars.read(source.delimited(end));
      else source.skip(tag, end);
    }
    if (asDouble < 0 && asInt < 0 && (head.flags & NO_RECORDED_VALUE) === 0) throw UNUSUAL;
    const row = head.append(metric);
    this.#exemplars.endRow();
    if (asInt >= 0) this.#setInteger(row, asInt);
    else this.#setDouble(row, asDouble);
  }

  /** The integer is stored, too, where the double is another number. */
  #setInteger(row: number, position: number): void {
    const { view } = this.#tools.source;
    this.#value.set(row, nearestDouble(view, position));
    this.#isInt.values[row] = 1;
    this.#valueInt.copy(row, view, isExactInteger(view, position) ? -1 : position);
  }

  #setDouble(row: number, position: number): void {
    const { view } = this.#tools.source;
    this.#value.copy(row, view, position);
    this.#isInt.values[row] = 0;
    this.#valueInt.copy(row, view, -1);
  }
}
