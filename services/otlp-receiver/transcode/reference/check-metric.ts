import type {
  Exemplar,
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  Metric,
  NumberDataPoint,
  SummaryDataPoint,
} from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { AcceptWindow } from '../accept-window.js';
import {
  checkIdLength,
  checkInWindow,
  checkStorableTime,
  SPAN_ID_BYTES,
  TRACE_ID_BYTES,
} from './check-common.js';
import { checkAttributes, checkText, firstOf } from './check-values.js';
import { below, type Rejection } from './rejection.js';

/** Data point flag: there is no value, so that a gap shows; the value fields mean nothing then. */
const NO_RECORDED_VALUE = 1;

/** A fault in what all points of a metric share, which costs all of them. */
export function checkMetric({ name, description, unit }: Metric): Rejection | undefined {
  if (name === '') return { reason: 'missing_name', field: 'name', problem: 'must not be empty' };
  return checkText('name', name) ?? checkText('description', description) ?? checkText('unit', unit);
}

/** The first reason why a point of a gauge or sum cannot be stored, or undefined. */
export function checkNumberPoint(point: NumberDataPoint, window: AcceptWindow): Rejection | undefined {
  const hasNoValue = (point.flags & NO_RECORDED_VALUE) !== 0;
  return (
    checkPoint(point, window) ??
    (hasNoValue ? undefined : checkNumber(point)) ??
    checkExemplars(point.exemplars)
  );
}

export function checkHistogramPoint(point: HistogramDataPoint, window: AcceptWindow): Rejection | undefined {
  return (
    checkPoint(point, window) ??
    checkBucketCount(point) ??
    checkBounds(point.explicitBounds) ??
    checkExemplars(point.exemplars)
  );
}

export function checkExponentialHistogramPoint(
  point: ExponentialHistogramDataPoint,
  window: AcceptWindow,
): Rejection | undefined {
  return checkPoint(point, window) ?? checkExemplars(point.exemplars);
}

export function checkSummaryPoint(point: SummaryDataPoint, window: AcceptWindow): Rejection | undefined {
  const inQuantiles = firstOf(point.quantileValues, ({ quantile }, index) => {
    if (quantile >= 0 && quantile <= 1) return undefined;
    const field = `quantile_values[${index}].quantile`;
    return { reason: 'invalid_quantile', field, problem: `must be from 0 to 1, got ${quantile}` };
  });
  return checkPoint(point, window) ?? inQuantiles;
}

type AnyPoint = Pick<NumberDataPoint, 'attributes' | 'timeUnixNano' | 'startTimeUnixNano'>;

function checkPoint(point: AnyPoint, window: AcceptWindow): Rejection | undefined {
  return (
    checkInWindow('time_unix_nano', point.timeUnixNano, window) ??
    checkStorableTime('start_time_unix_nano', point.startTimeUnixNano) ??
    checkAttributes(point.attributes)
  );
}

function checkNumber({ asInt, asDouble }: Pick<Exemplar, 'asInt' | 'asDouble'>): Rejection | undefined {
  if (asInt !== undefined || asDouble !== undefined) return undefined;
  return { reason: 'missing_value', field: 'value', problem: 'must be set: as_double or as_int' };
}

/** The buckets lie below, between and above the bounds; a histogram may also have no buckets at all. */
function checkBucketCount({ bucketCounts, explicitBounds }: HistogramDataPoint): Rejection | undefined {
  const [buckets, bounds] = [bucketCounts.length, explicitBounds.length];
  if (buckets === bounds + 1 || (buckets === 0 && bounds === 0)) return undefined;
  const problem = `must be one more than the explicit_bounds (${bounds}), got ${buckets}`;
  return { reason: 'invalid_buckets', field: 'bucket_counts', problem };
}

function checkBounds(bounds: readonly number[]): Rejection | undefined {
  return firstOf(bounds, (bound, index) => {
    const previous = index === 0 ? undefined : bounds[index - 1];
    const isOrdered = previous === undefined ? !Number.isNaN(bound) : bound > previous;
    if (isOrdered) return undefined;
    const field = `explicit_bounds[${index}]`;
    const than = previous === undefined ? 'a number' : `greater than the one before (${previous})`;
    return { reason: 'invalid_buckets', field, problem: `must be ${than}, got ${bound}` };
  });
}

function checkExemplars(exemplars: readonly Exemplar[]): Rejection | undefined {
  return firstOf(exemplars, (exemplar, index) => below(`exemplars[${index}]`, checkExemplar(exemplar)));
}

function checkExemplar(exemplar: Exemplar): Rejection | undefined {
  const inAttributes = checkAttributes(exemplar.filteredAttributes);
  return (
    checkIdLength('trace_id', exemplar.traceId, TRACE_ID_BYTES) ??
    checkIdLength('span_id', exemplar.spanId, SPAN_ID_BYTES) ??
    checkStorableTime('time_unix_nano', exemplar.timeUnixNano) ??
    checkNumber(exemplar) ??
    (inAttributes && { ...inAttributes, field: `filtered_${inAttributes.field}` })
  );
}
