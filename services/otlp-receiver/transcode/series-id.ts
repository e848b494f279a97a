import { createHash } from 'node:crypto';
import { ByteSink } from '../native/byte-sink.js';

type Entries = readonly (readonly [string, string])[];

/** What all series of one metric below one scope share. */
export interface MetricIdentity {
  readonly resourceAttrs: Entries;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttrs: Entries;
  readonly name: string;
  readonly unit: string;
  /** Value of `metric_series.Type`: 1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary. */
  readonly type: number;
  /** Value of `metric_series.Temporality`, so 0 for every number but 1 (delta) and 2 (cumulative), and for gauges and summaries. */
  readonly temporality: number;
  /** False for everything but sums. */
  readonly isMonotonic: boolean;
}

/*
 * The series id is stored and compared across processes and releases, so its bytes are fixed:
 *
 *   string(s)   LEB128 length of s in UTF-8 bytes, then these bytes
 *   entries(e)  LEB128 number of entries, then per entry string(key), string(value): the attributes as they are stored, that is
 *               values as text, distinct keys (the last of equal ones) in the order of their UTF-8 bytes
 *   metric      SHA-256 of entries(resource) string(scope name) string(scope version) entries(scope) string(metric name)
 *               string(unit) and three bytes: type, temporality, monotonic (0 or 1)
 *   series id   the first 8 bytes, little endian, of SHA-256 of the 32 bytes of `metric` and entries(point)
 *
 * Descriptions and schema URLs are not part of it: they may change while the series goes on. Two steps, because one metric
 * has many points and its resource is longer than their attributes.
 */

/** The 32 bytes that stand for a metric in `seriesId`. */
export function metricDigest(metric: MetricIdentity): Uint8Array {
  const sink = new ByteSink();
  putEntries(sink, metric.resourceAttrs);
  sink.string(metric.scopeName);
  sink.string(metric.scopeVersion);
  putEntries(sink, metric.scopeAttrs);
  sink.string(metric.name);
  sink.string(metric.unit);
  sink.uint8(metric.type);
  sink.uint8(metric.temporality);
  sink.uint8(metric.isMonotonic ? 1 : 0);
  return createHash('sha256').update(sink.view()).digest();
}

export function seriesId(metric: Uint8Array, attributes: Entries): bigint {
  const sink = new ByteSink();
  sink.bytes(metric);
  putEntries(sink, attributes);
  return createHash('sha256').update(sink.view()).digest().readBigUInt64LE(0);
}

function putEntries(sink: ByteSink, entries: Entries): void {
  sink.varUint(entries.length);
  for (const [key, value] of entries) {
    sink.string(key);
    sink.string(value);
  }
}
