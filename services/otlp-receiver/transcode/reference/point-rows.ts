import type {
  Exemplar,
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  NumberDataPoint,
  SummaryDataPoint,
} from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import {
  type ExemplarRow,
  type ExponentialHistogramRow,
  HAS,
  type HistogramRow,
  type NumberRow,
  type PointRow,
  type SummaryRow,
} from '../metric-columns.js';
import { textEntries } from './attributes.js';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from './check-common.js';
import { padded } from './shared-columns.js';

const NANOS_PER_MILLI = 1_000_000n;
/** Integers up to this size, positive or negative, are exact as doubles. */
const MAX_EXACT_INTEGER = 2n ** 53n;

/** Points keep milliseconds: what is below is cut off. */
export function toMillis(unixNano: bigint): bigint {
  return unixNano / NANOS_PER_MILLI;
}

/** `ValueInt` is the exact integer where `Value` had to round it, and 0 elsewhere. */
export function numberRow(point: NumberDataPoint, head: PointRow): NumberRow {
  const { asInt, asDouble } = point;
  const isExact = asInt === undefined || (asInt >= -MAX_EXACT_INTEGER && asInt <= MAX_EXACT_INTEGER);
  return {
    ...head,
    ...exemplarRow(point.exemplars),
    Value: Number(asInt ?? asDouble ?? 0),
    IsInt: asInt !== undefined,
    ValueInt: isExact ? 0n : asInt,
  };
}

export function histogramRow(point: HistogramDataPoint, head: PointRow): HistogramRow {
  return {
    ...head,
    ...exemplarRow(point.exemplars),
    ...distributionRow(point),
    Bounds: point.explicitBounds,
    Buckets: point.bucketCounts,
  };
}

export function exponentialHistogramRow(
  point: ExponentialHistogramDataPoint,
  head: PointRow,
): ExponentialHistogramRow {
  return {
    ...head,
    ...exemplarRow(point.exemplars),
    ...distributionRow(point),
    Scale: point.scale,
    ZeroCount: point.zeroCount,
    ZeroThreshold: point.zeroThreshold,
    PosOffset: point.positive?.offset ?? 0,
    PosBuckets: point.positive?.bucketCounts ?? [],
    NegOffset: point.negative?.offset ?? 0,
    NegBuckets: point.negative?.bucketCounts ?? [],
  };
}

export function summaryRow(point: SummaryDataPoint, head: PointRow): SummaryRow {
  return {
    ...head,
    Count: point.count,
    Sum: point.sum,
    Quantiles: point.quantileValues.map(({ quantile }) => quantile),
    Values: point.quantileValues.map(({ value }) => value),
  };
}

function distributionRow({ count, sum, min, max }: HistogramDataPoint | ExponentialHistogramDataPoint) {
  const bit = (value: number | undefined, mask: number) => (value === undefined ? 0 : mask);
  return {
    Count: count,
    Sum: sum ?? 0,
    Min: min ?? 0,
    Max: max ?? 0,
    Has: bit(sum, HAS.sum) | bit(min, HAS.min) | bit(max, HAS.max),
  };
}

function exemplarRow(exemplars: readonly Exemplar[]): ExemplarRow {
  return {
    'Exemplars.Timestamp': exemplars.map(({ timeUnixNano }) => toMillis(timeUnixNano)),
    'Exemplars.Value': exemplars.map(({ asInt, asDouble }) => Number(asInt ?? asDouble ?? 0)),
    'Exemplars.TraceId': exemplars.map(({ traceId }) => padded(traceId, TRACE_ID_BYTES)),
    'Exemplars.SpanId': exemplars.map(({ spanId }) => padded(spanId, SPAN_ID_BYTES)),
    'Exemplars.Attrs': exemplars.map(({ filteredAttributes }) => textEntries(filteredAttributes)),
  };
}
