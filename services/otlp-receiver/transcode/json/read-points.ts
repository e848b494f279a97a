import type {
  Exemplar,
  ExponentialHistogramDataPoint,
  ExponentialHistogramDataPoint_Buckets,
  HistogramDataPoint,
  NumberDataPoint,
  SummaryDataPoint,
  SummaryDataPoint_ValueAtQuantile,
} from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { JsonObject, JsonValue } from './exact-json.js';
import {
  doubleAt,
  hexAt,
  int32At,
  int64At,
  listAt,
  objectAt,
  optionalAt,
  uint32At,
  uint64At,
} from './json-fields.js';
import { attributesAt } from './read-common.js';

type Reader<T> = (value: JsonValue | undefined, path: string) => T;

/** Reads the members of one object by name. */
class Members {
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(value: JsonValue, path: string) {
    this.#object = objectAt(value, path);
    this.#path = path;
  }

  get<T>(name: string, read: Reader<T>): T {
    return read(this.#object.get(name), `${this.#path}.${name}`);
  }

  optional<T>(name: string, read: Reader<T>): T | undefined {
    return optionalAt(this.#object.get(name), `${this.#path}.${name}`, read);
  }

  list<T>(name: string, read: (item: JsonValue, path: string) => T): T[] {
    return listAt(this.#object.get(name), `${this.#path}.${name}`, read);
  }

  /** What all kinds of points have. */
  common() {
    return {
      attributes: this.get('attributes', attributesAt),
      startTimeUnixNano: this.get('startTimeUnixNano', uint64At),
      timeUnixNano: this.get('timeUnixNano', uint64At),
      flags: this.get('flags', uint32At),
    };
  }

  /** An integer or a double, of which at most one may be set; of two the integer counts. */
  number(): { readonly asInt?: bigint; readonly asDouble?: number } {
    const asInt = this.optional('asInt', int64At);
    if (asInt !== undefined) return { asInt };
    const asDouble = this.optional('asDouble', doubleAt);
    return asDouble === undefined ? {} : { asDouble };
  }
}

export function numberPointAt(value: JsonValue, path: string): NumberDataPoint {
  const point = new Members(value, path);
  return { ...point.common(), ...point.number(), exemplars: point.list('exemplars', exemplarAt) };
}

export function histogramPointAt(value: JsonValue, path: string): HistogramDataPoint {
  const point = new Members(value, path);
  return {
    ...point.common(),
    count: point.get('count', uint64At),
    sum: point.optional('sum', doubleAt),
    bucketCounts: point.list('bucketCounts', uint64At),
    explicitBounds: point.list('explicitBounds', doubleAt),
    exemplars: point.list('exemplars', exemplarAt),
    min: point.optional('min', doubleAt),
    max: point.optional('max', doubleAt),
  };
}

export function exponentialHistogramPointAt(value: JsonValue, path: string): ExponentialHistogramDataPoint {
  const point = new Members(value, path);
  return {
    ...point.common(),
    count: point.get('count', uint64At),
    sum: point.optional('sum', doubleAt),
    scale: point.get('scale', int32At),
    zeroCount: point.get('zeroCount', uint64At),
    positive: point.optional('positive', bucketsAt),
    negative: point.optional('negative', bucketsAt),
    exemplars: point.list('exemplars', exemplarAt),
    min: point.optional('min', doubleAt),
    max: point.optional('max', doubleAt),
    zeroThreshold: point.get('zeroThreshold', doubleAt),
  };
}

export function summaryPointAt(value: JsonValue, path: string): SummaryDataPoint {
  const point = new Members(value, path);
  return {
    ...point.common(),
    count: point.get('count', uint64At),
    sum: point.get('sum', doubleAt),
    quantileValues: point.list('quantileValues', quantileAt),
  };
}

function bucketsAt(value: JsonValue | undefined, path: string): ExponentialHistogramDataPoint_Buckets {
  const buckets = new Members(value ?? null, path);
  return { offset: buckets.get('offset', int32At), bucketCounts: buckets.list('bucketCounts', uint64At) };
}

function quantileAt(value: JsonValue, path: string): SummaryDataPoint_ValueAtQuantile {
  const quantile = new Members(value, path);
  return { quantile: quantile.get('quantile', doubleAt), value: quantile.get('value', doubleAt) };
}

function exemplarAt(value: JsonValue, path: string): Exemplar {
  const exemplar = new Members(value, path);
  return {
    filteredAttributes: exemplar.get('filteredAttributes', attributesAt),
    timeUnixNano: exemplar.get('timeUnixNano', uint64At),
    ...exemplar.number(),
    spanId: exemplar.get('spanId', hexAt),
    traceId: exemplar.get('traceId', hexAt),
  };
}
