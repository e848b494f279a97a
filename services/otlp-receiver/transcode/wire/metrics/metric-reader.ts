import { isUtf8 } from 'node:buffer';
import type { NativeBlock } from '../../../native/block.js';
import { METRIC_TYPES, TEMPORALITIES } from '../../metric-columns.js';
import { MAX_ITEMS } from '../../request-limits.js';
import type { TranscodeContext } from '../../transcode.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { UNUSUAL } from '../unusual.js';
import { ExponentialPoints } from './exponential-points.js';
import { HistogramPoints } from './histogram-points.js';
import type { KnownMetrics, MetricTarget } from './known-metrics.js';
import type { MetricTools } from './metric-tools.js';
import { NumberPoints } from './number-points.js';
import type { PointReader } from './point-head.js';
import { SummaryPoints } from './summary-points.js';

/** Tags of opentelemetry.proto.metrics.v1.Metric; the kinds of data in the order of METRIC_TYPES. */
const METRIC = { name: 0x0a, description: 0x12, unit: 0x1a, metadata: 0x62 } as const;
const DATA: readonly number[] = [0x2a, 0x3a, 0x4a, 0x52, 0x5a];
/** Tags of the messages with the data. */
const POINT = 0x0a;
const TEMPORALITY = 0x10;
const MONOTONIC = 0x18;

/** Positions in METRIC_TYPES. */
const SUM = METRIC_TYPES.indexOf('sum');
const WITH_TEMPORALITY: readonly number[] = [
  SUM,
  METRIC_TYPES.indexOf('histogram'),
  METRIC_TYPES.indexOf('exp_histogram'),
];

/** Reads metrics from a request straight into the columns of the five tables. */
export class MetricReader {
  readonly #tools: MetricTools;
  readonly #known: KnownMetrics;
  /** In the order of METRIC_TYPES. */
  readonly #points: readonly PointReader[];

  readonly #unused = new GrowableBytes();
  /** Points of the request. */
  #items = 0;

  // The metric being read. Positions are those in the request.
  #name = 0;
  #unit = 0;
  #description = 0;
  #descriptionEnd = 0;
  /** Position of the kind in METRIC_TYPES; -1 when there are no data. */
  #kind = -1;
  #data = 0;
  #dataEnd = 0;
  #temporality = 0;
  #isMonotonic = false;

  constructor(tools: MetricTools, known: KnownMetrics) {
    this.#tools = tools;
    this.#known = known;
    this.#points = [
      new NumberPoints('gauge', tools),
      new NumberPoints('sum', tools),
      new HistogramPoints(tools),
      new ExponentialPoints(tools),
      new SummaryPoints(tools),
    ];
  }

  open(context: TranscodeContext): void {
    for (const { block } of this.#points) block.times.open(context);
  }

  clear(): void {
    for (const { block } of this.#points) block.clear();
    this.#items = 0;
  }

  finish(context: TranscodeContext): NativeBlock[] {
    return this.#points.flatMap(({ block }) => block.blocks(context));
  }

  /**
   * Appends the points of the Metric message from the position to `end`. What tells its series from others may come after the
   * points, so the fields around them are read first.
   */
  read(target: MetricTarget, end: number): void {
    this.#reset();
    const { source } = this.#tools;
    while (source.at < end) this.#field(source.varint31(end), end);
    if (this.#name === 0) throw UNUSUAL;
    if (!isUtf8(source.bytes.subarray(this.#description, this.#descriptionEnd))) throw UNUSUAL;
    if (this.#kind >= 0) this.#readData(target);
    source.at = end;
  }

  #reset(): void {
    this.#name = this.#unit = this.#description = this.#descriptionEnd = this.#temporality = 0;
    this.#kind = -1;
    this.#isMonotonic = false;
  }

  #field(tag: number, end: number): void {
    const { source, texts } = this.#tools;
    switch (tag) {
      case METRIC.name:
        this.#name = texts.names.read(source, end);
        return;
      case METRIC.unit:
        this.#unit = texts.names.read(source, end);
        return;
      case METRIC.description:
        this.#descriptionEnd = source.delimited(end);
        this.#description = source.at;
        source.at = this.#descriptionEnd;
        return;
      case METRIC.metadata:
        this.#checkMetadata(source.delimited(end));
        return;
      default:
        this.#dataField(tag, end);
    }
  }

  /** It is not stored, but must be in order. */
  #checkMetadata(end: number): void {
    const { attributes } = this.#tools;
    attributes.count = 0;
    attributes.read(end);
    attributes.writeText(0, this.#unused);
    this.#unused.length = 0;
  }

  /** A metric has data of one kind, once. */
  #dataField(tag: number, end: number): void {
    const { source } = this.#tools;
    const kind = DATA.indexOf(tag);
    if (kind < 0) {
      source.skip(tag, end);
      return;
    }
    if (this.#kind >= 0) throw UNUSUAL;
    this.#kind = kind;
    this.#dataEnd = source.delimited(end);
    this.#data = source.at;
    source.at = this.#dataEnd;
  }

  #readData(target: MetricTarget): void {
    const { source } = this.#tools;
    const points = this.#points[this.#kind] as PointReader;
    const end = this.#dataEnd;
    this.#readAggregation();
    const metric = {
      known: this.#known.find(target, {
        name: this.#name,
        unit: this.#unit,
        type: this.#kind + 1,
        temporality: this.#temporality < TEMPORALITIES.length ? this.#temporality : 0,
        isMonotonic: this.#isMonotonic,
      }),
      description: this.#description,
      descriptionEnd: this.#descriptionEnd,
    };
    const before = points.block.rows;
    source.at = this.#data;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === POINT) {
        if (++this.#items > MAX_ITEMS) throw UNUSUAL;
        points.read(source.delimited(end), metric);
      } else source.skip(tag, end);
    }
    points.block.metricName.pushRun([this.#name], points.block.rows - before);
  }

  /** Steps over the points to what is said about all of them. */
  #readAggregation(): void {
    const { source } = this.#tools;
    const end = this.#dataEnd;
    source.at = this.#data;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === POINT) source.at = source.delimited(end);
      else if (tag === TEMPORALITY && WITH_TEMPORALITY.includes(this.#kind))
        this.#temporality = source.varint31(end);
      else if (tag === MONOTONIC && this.#kind === SUM) this.#isMonotonic = source.varint31(end) !== 0;
      else source.skip(tag, end);
    }
  }
}
