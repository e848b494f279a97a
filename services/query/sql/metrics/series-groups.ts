import type { BoundStatement } from '../../clickhouse/reading.js';
import { EACH_SERIES, type PointQuery } from '../../metrics/selection.js';
import { bind, groupedSeries, indent } from './fragments.js';

/** A line of the answer to come. */
export interface GroupRow {
  readonly key: readonly string[];
  readonly unit: string;
  readonly is_level: 0 | 1;
  readonly description: string;
  readonly deltas: string;
  readonly counters: string;
  /** Lines in all. */
  readonly groups: string;
  /** Of a group of one series; empty otherwise. */
  readonly temporality: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource_attributes: Readonly<Record<string, string>>;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly scope_attributes: Readonly<Record<string, string>>;
}

/** Which lines an answer can have, from the series alone. Some of them may turn out to have no points. */
export function seriesGroups(query: PointQuery, maxGroups: number): BoundStatement {
  const isEach = query.groupBy === EACH_SERIES;
  const sql = `SELECT
  key,
  unit,
  is_level,
  argMaxIf(description, last_seen, description != '') AS description,
  countIf(mode = 'delta') AS deltas,
  countIf(mode = 'counter') AS counters,
  count() OVER () AS groups${isEach ? OUTER_LABELS : ''}
FROM (
${indent(groupedSeries(query, OWN_COLUMNS + (isEach ? INNER_LABELS : '')))}
)
GROUP BY key, unit, is_level
ORDER BY key, unit, is_level
LIMIT {limit:UInt32}`;
  const limit = maxGroups + 1;
  return bind({ name: 'metric_series_groups', sql }, { query, more: { limit }, maxRows: limit });
}

const OWN_COLUMNS = `,
  argMaxIf(Description, LastSeen, Description != '') AS description,
  max(LastSeen) AS last_seen`;

const INNER_LABELS = `,
  any(toString(Temporality)) AS temporality,
  any(Attrs) AS attributes,
  any(ResourceAttrs) AS resource_attributes,
  any(ScopeName) AS scope_name,
  any(ScopeVersion) AS scope_version,
  any(ScopeAttrs) AS scope_attributes`;

const OUTER_LABELS = INNER_LABELS.replace(/any\(.*?\) AS (\w+)(?=,|$)/gm, 'any($1) AS $1');
