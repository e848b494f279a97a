import { hash } from 'node:crypto';
import { ByteSink } from '../native/byte-sink.js';

type Entries = readonly (readonly [string, string])[];

/** What all series of one metric below one scope share. */
export interface MetricIdentity {
  /** From `resourceDigest`. */
  readonly resource: Uint8Array;
  /** From `scopeDigest`. */
  readonly scope: Uint8Array;
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
 *   resource    SHA-256 of entries(resource)
 *   scope       SHA-256 of string(scope name) string(scope version) entries(scope)
 *   metric      SHA-256 of the 64 bytes of `resource` and `scope`, string(metric name) string(unit) and three bytes: type,
 *               temporality, monotonic (0 or 1)
 *   series id   the first 8 bytes, little endian, of SHA-256 of the 32 bytes of `metric` and entries(point)
 *
 * Descriptions and schema URLs are not part of it: they may change while the series goes on. In steps, because what is above
 * is long and what is below is many: a request takes time in proportion to its length only when each is hashed once.
 */

/** The 32 bytes that stand for a resource. */
export function resourceDigest(attributes: Entries): Uint8Array {
  const sink = new ByteSink();
  putEntries(sink, attributes);
  return sha256(sink);
}

/** The 32 bytes that stand for a scope. */
export function scopeDigest(name: string, version: string, attributes: Entries): Uint8Array {
  const sink = new ByteSink();
  sink.string(name);
  sink.string(version);
  putEntries(sink, attributes);
  return sha256(sink);
}

/** The 32 bytes that stand for a metric in `seriesId`. */
export function metricDigest(metric: MetricIdentity): Uint8Array {
  const sink = new ByteSink();
  sink.bytes(metric.resource);
  sink.bytes(metric.scope);
  sink.string(metric.name);
  sink.string(metric.unit);
  sink.uint8(metric.type);
  sink.uint8(metric.temporality);
  sink.uint8(metric.isMonotonic ? 1 : 0);
  return sha256(sink);
}

export function seriesId(metric: Uint8Array, attributes: Entries): bigint {
  const sink = new ByteSink();
  sink.bytes(metric);
  putEntries(sink, attributes);
  return sha256(sink).readBigUInt64LE(0);
}

function putEntries(sink: ByteSink, entries: Entries): void {
  sink.varUint(entries.length);
  for (const [key, value] of entries) {
    sink.string(key);
    sink.string(value);
  }
}

function sha256(sink: ByteSink): Buffer {
  return hash('sha256', sink.view(), 'buffer');
}
