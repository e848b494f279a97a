import type { Statement } from '../../../../lib/store/statement.js';
import type { PointQuery } from '../../metrics/selection.js';
import { indent, pointRows } from './fragments.js';

/** How the buckets of a kind of histogram are read and added. `p` is a point, `b` the one before it, `own`: count from zero. */
export interface BucketColumns {
  readonly named: (sql: string) => Statement;
  /** Whether a sum, a minimum and a maximum are there. */
  readonly extremes: readonly [has: string, min: string, max: string];
  /** Members 8 and on of a point. */
  readonly stored: readonly string[];
  /** Further reasons why a point counts from zero. */
  readonly areOthers: string;
  readonly results: string;
  readonly groupBy: string;
}

const EXTREMES = ['Has', 'Min', 'Max'] as const;

/** Members 8 bounds, 9 counts. Without buckets the whole count is in one. */
export const EXPLICIT_BUCKETS: BucketColumns = {
  named: (sql) => ({ name: 'metric_histograms', sql }),
  extremes: EXTREMES,
  stored: ['Bounds', 'arrayMap(c -> toInt64(c), if(empty(Buckets), [Count], Buckets))'],
  areOthers: ' OR p.8 != b.8 OR arrayExists((now, then) -> now < then, p.9, arrayResize(b.9, length(p.9)))',
  results: `
  arrayMap(bound -> toString(bound), p.8) AS bounds,
  sumForEach(arrayMap((now, then) -> now - if(own, 0, then), p.9, arrayResize(b.9, length(p.9)))) AS counts,`,
  groupBy: ', p.8',
};

/** Summaries: their quantiles cannot be added. */
export const NO_BUCKETS: BucketColumns = {
  named: (sql) => ({ name: 'metric_summary_counts', sql }),
  extremes: ['toUInt8(1)', 'toFloat64(0)', 'toFloat64(0)'],
  stored: [],
  areOthers: '',
  results: '',
  groupBy: '',
};

const shifted = (offset: string, counts: string) =>
  `arrayMap(n -> bitShiftRight(toInt64(${offset}) + n - 1, toUInt8(least(Scale - target, 62))), arrayEnumerate(${counts}))`;
const signed = (counts: string) => `arrayMap(c -> toInt64(c), ${counts})`;

/** What a point added, as what it has and less what the one before it had: equal indexes are added up anyway. */
const added = (indexes: number, counts: number) =>
  `sumMap(if(own, p.${indexes}, arrayConcat(p.${indexes}, b.${indexes})), if(own, p.${counts}, arrayConcat(p.${counts}, arrayMap(c -> -c, b.${counts}))))`;

/** Members 8 zero count, 9 zero threshold, 10 and 11 positive indexes and counts, 12 and 13 negative ones, at the scale `target`. */
export const EXPONENTIAL_BUCKETS: BucketColumns = {
  named: (sql) => ({ name: 'metric_exponential_histograms', sql }),
  extremes: EXTREMES,
  stored: [
    'toInt64(ZeroCount)',
    'ZeroThreshold',
    shifted('PosOffset', 'PosBuckets'),
    signed('PosBuckets'),
    shifted('NegOffset', 'NegBuckets'),
    signed('NegBuckets'),
  ],
  areOthers: ' OR p.8 < b.8',
  results: `
  any(target) AS scale,
  toString(sum(p.8 - if(own, 0, b.8))) AS zero_count,
  toString(max(p.9)) AS zero_threshold,
  ${added(10, 11)} AS positive,
  ${added(12, 13)} AS negative,`,
  groupBy: '',
};

/** The lowest scale of all points that are read. Merging two neighbours is what a lower scale means: indexes are halved. */
export function scaleOf(query: PointQuery): string {
  return `WITH (
  SELECT min(Scale)
${indent(pointRows(query))}
) AS target
`;
}
