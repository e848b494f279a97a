import type { BoundStatement } from '../../clickhouse/reading.js';
import type { MetricKind } from '../../metrics/selection.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, spansBetween, TRACE_IDS } from '../fragments.js';
import { bind, indent } from './fragments.js';

/** A metric by name and kind. */
export interface MetricRef {
  readonly name: string;
  readonly kind: MetricKind;
}

export interface MetricListOptions {
  readonly stored: Range;
  readonly search: readonly string[];
  readonly attributeKeys: readonly string[];
  /** Only these; undefined: all. */
  readonly among: readonly MetricRef[] | undefined;
  readonly limit: number;
}

export interface MetricRow {
  readonly name: string;
  readonly kind: MetricKind;
  readonly description: string;
  /** Unix seconds. */
  readonly last_seen: string;
}

export const STORED_DAYS = `Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})`;

/** Metrics with a series that satisfies everything. */
export function metricList(options: MetricListOptions): BoundStatement {
  const { search, attributeKeys, among, limit } = options;
  const conditions = [
    ...search.map((_, index) => textCondition(`{search${index}:String}`)),
    ...attributeKeys.map((_, index) => keyCondition(`{key${index}:String}`)),
    ...(among ? [AMONG] : []),
  ];
  const sql = `SELECT
  toString(MetricName) AS name,
  toString(Type) AS kind,
  argMaxIf(Description, LastSeen, Description != '') AS description,
  toUnixTimestamp(max(LastSeen)) AS last_seen
FROM {database:Identifier}.metric_series
WHERE ${OWN_ROWS}
  AND ${STORED_DAYS}${conditions.map((condition) => `\n  AND ${condition}`).join('')}
GROUP BY name, kind
ORDER BY name, kind
LIMIT {limit:UInt32}`;
  const more = {
    ...storedParams(options.stored),
    limit,
    ...Object.fromEntries(search.map((text, index) => [`search${index}`, text])),
    ...Object.fromEntries(attributeKeys.map((key, index) => [`key${index}`, key])),
    ...(among && amongParams(among)),
  };
  return bind({ name: 'metric_list', sql }, { more, maxRows: limit });
}

const AMONG =
  '(toString(MetricName), toString(Type)) IN (SELECT arrayJoin(arrayZip({names:Array(String)}, {kinds:Array(String)})))';

function textCondition(text: string): string {
  return `(positionCaseInsensitiveUTF8(MetricName, ${text}) > 0 OR positionCaseInsensitiveUTF8(Description, ${text}) > 0)`;
}

function keyCondition(key: string): string {
  return `(mapContains(Attrs, ${key}) OR mapContains(ResourceAttrs, ${key}))`;
}

export interface MetricKeysRow extends MetricRef {
  readonly attribute_keys: readonly string[];
  readonly resource_keys: readonly string[];
  /** Different sets of attributes. */
  readonly groups: string;
}

/** Which attributes some metrics have. */
export function metricKeys(metrics: readonly MetricRef[], stored: Range): BoundStatement {
  const sql = `SELECT
  toString(MetricName) AS name,
  toString(Type) AS kind,
  arraySort(groupUniqArrayArray(mapKeys(Attrs))) AS attribute_keys,
  arraySort(groupUniqArrayArray(mapKeys(ResourceAttrs))) AS resource_keys,
  uniqExact(Attrs) AS groups
FROM {database:Identifier}.metric_series
WHERE ${OWN_ROWS}
  AND ${STORED_DAYS}
  AND MetricName IN {names:Array(String)}
  AND ${AMONG}
GROUP BY name, kind`;
  const more = { ...storedParams(stored), ...amongParams(metrics) };
  return bind({ name: 'metric_keys', sql }, { more, maxRows: metrics.length });
}

export interface KeyRow {
  readonly key: string;
}

/** Keys of attributes and resource attributes of all metrics. */
export function allMetricKeys(stored: Range, limit: number): BoundStatement {
  const sql = `SELECT toString(Key) AS key
FROM {database:Identifier}.attr_catalog
WHERE ${OWN_ROWS}
  AND Signal = 'metrics'
  AND Source IN ('attr', 'resource')
  AND ${STORED_DAYS}
GROUP BY key
ORDER BY key
LIMIT {limit:UInt32}`;
  return bind(
    { name: 'metric_attribute_keys', sql },
    { more: { ...storedParams(stored), limit }, maxRows: limit },
  );
}

export interface PointTimeRow extends MetricRef {
  /** Unix milliseconds. */
  readonly at: string;
}

/** When the newest points of some metrics in a range were taken. Metrics without points in it are left out. */
export function newestPoints(metrics: readonly MetricRef[], range: Range): BoundStatement {
  const sql = fromEach(
    [...new Set(metrics.map(({ kind }) => kind))].sort(),
    (
      kind,
    ) => `SELECT toString(MetricName) AS name, '${kind}' AS kind, toUnixTimestamp64Milli(max(Timestamp)) AS at
FROM {database:Identifier}.metric_${kind}
WHERE ${POINTS_IN_RANGE}
  AND MetricName IN {names:Array(String)}
GROUP BY name`,
  );
  const more = { ...rangeParams(range), names: metrics.map(({ name }) => name) };
  return bind({ name: 'metric_newest_points', sql }, { more, maxRows: metrics.length * 5 });
}

export const KINDS_WITH_EXEMPLARS: readonly MetricKind[] = ['exp_histogram', 'gauge', 'histogram', 'sum'];

/** Metrics with points in the range that have an exemplar of one of the traces (hex), and when the first of these was taken. */
export function metricsOfTraces(
  traceIds: readonly string[],
  { range, limit }: { range: Range; limit: number },
): BoundStatement {
  const each = fromEach(
    KINDS_WITH_EXEMPLARS,
    (
      kind,
    ) => `SELECT toString(MetricName) AS name, '${kind}' AS kind, toUnixTimestamp64Milli(min(Timestamp)) AS at
FROM {database:Identifier}.metric_${kind}
WHERE ${POINTS_IN_RANGE}
  AND hasAny(Exemplars.TraceId, arrayMap(id -> toFixedString(unhex(id), 16), {traceIds:Array(String)}))
GROUP BY name`,
  );
  const sql = `SELECT name, kind, at
FROM (
${indent(each)}
)
ORDER BY name, kind
LIMIT {limit:UInt32}`;
  return bind(
    { name: 'metrics_of_traces', sql },
    { more: { ...rangeParams(range), traceIds, limit }, maxRows: limit },
  );
}

export interface TraceRangeRow {
  /** Unix nanoseconds; 0 when no span is stored. */
  readonly first: string;
  readonly last: string;
}

/** From the first to the last span start of some traces (hex). */
export function rangeOfTraces(traceIds: readonly string[], stored: Range): BoundStatement {
  const sql = `SELECT toUnixTimestamp64Nano(min(Start)) AS first, toUnixTimestamp64Nano(max(End)) AS last
FROM {database:Identifier}.trace_index
WHERE ${OWN_ROWS}
  AND ${STORED_DAYS}
  AND ${TRACE_IDS}`;
  return bind(
    { name: 'metric_trace_range', sql },
    { more: { ...storedParams(stored), traceIds }, maxRows: 1 },
  );
}

export const POINTS_IN_RANGE = `${OWN_ROWS}
  AND ${spansBetween(instant('start'), instant('end'))}`;

export function fromEach(kinds: readonly MetricKind[], select: (kind: MetricKind) => string): string {
  return kinds.map(select).join('\nUNION ALL\n');
}

export function rangeParams({ startUnixNano, endUnixNano }: Range) {
  return { start: startUnixNano, end: endUnixNano };
}

export function storedParams({ startUnixNano, endUnixNano }: Range) {
  return { storedStart: startUnixNano, storedEnd: endUnixNano };
}

function amongParams(metrics: readonly MetricRef[]) {
  return { names: metrics.map(({ name }) => name), kinds: metrics.map(({ kind }) => kind) };
}
