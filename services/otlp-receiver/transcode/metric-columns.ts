import type { RowOf } from '../native/block.js';
import { lowCardinalityColumn } from '../native/low-cardinality-column.js';
import { arrayColumn } from '../native/nested-columns.js';
import {
  boolColumn,
  dateColumn,
  enum8Column,
  fixedStringColumn,
  float64Column,
  int32Column,
  int64Column,
  milliTimeColumn,
  secondTimeColumn,
  stringColumn,
  uint8Column,
  uint32Column,
  uint64Column,
} from '../native/scalar-columns.js';
import { textMap } from './attribute-columns.js';

/** Positions, counted from 1, are the values of `metric_series.Type`. */
export const METRIC_TYPES = ['gauge', 'sum', 'histogram', 'exp_histogram', 'summary'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];
/** Positions are the numbers of the interface definitions. */
export const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const;

/** Bits of `Has`: which of the optional fields a point carries, since 0 is a value, too. */
export const HAS = { sum: 1, min: 2, max: 4 } as const;

/** Columns that the tables of all kinds of points begin with. */
const pointColumns = () => ({
  TenantId: uint32Column(),
  ProjectId: uint64Column(),
  MetricName: lowCardinalityColumn(),
  SeriesId: uint64Column(),
  Timestamp: milliTimeColumn(),
  StartTime: milliTimeColumn(),
  Flags: uint32Column(),
});

const exemplarColumns = () => ({
  'Exemplars.Timestamp': arrayColumn(milliTimeColumn()),
  'Exemplars.Value': arrayColumn(float64Column()),
  'Exemplars.TraceId': arrayColumn(fixedStringColumn(16)),
  'Exemplars.SpanId': arrayColumn(fixedStringColumn(8)),
  'Exemplars.Attrs': arrayColumn(textMap()),
});

const numberColumns = () => ({
  ...pointColumns(),
  ...exemplarColumns(),
  Value: float64Column(),
  IsInt: boolColumn(),
  ValueInt: int64Column(),
});

const distributionColumns = () => ({
  ...pointColumns(),
  ...exemplarColumns(),
  Count: uint64Column(),
  Sum: float64Column(),
  Min: float64Column(),
  Max: float64Column(),
  Has: uint8Column(),
});

const histogramColumns = () => ({
  ...distributionColumns(),
  Bounds: arrayColumn(float64Column()),
  Buckets: arrayColumn(uint64Column()),
});

const exponentialHistogramColumns = () => ({
  ...distributionColumns(),
  Scale: int32Column(),
  ZeroCount: uint64Column(),
  ZeroThreshold: float64Column(),
  PosOffset: int32Column(),
  PosBuckets: arrayColumn(uint64Column()),
  NegOffset: int32Column(),
  NegBuckets: arrayColumn(uint64Column()),
});

const summaryColumns = () => ({
  ...pointColumns(),
  Count: uint64Column(),
  Sum: float64Column(),
  Quantiles: arrayColumn(float64Column()),
  Values: arrayColumn(float64Column()),
});

/** Columns of the points' tables by kind; the tables compute the others. */
export const POINT_COLUMNS = {
  gauge: numberColumns,
  sum: numberColumns,
  histogram: histogramColumns,
  exp_histogram: exponentialHistogramColumns,
  summary: summaryColumns,
} as const satisfies Record<MetricType, unknown>;

export type PointRow = RowOf<ReturnType<typeof pointColumns>>;
export type ExemplarRow = RowOf<ReturnType<typeof exemplarColumns>>;
export type NumberRow = RowOf<ReturnType<typeof numberColumns>>;
export type HistogramRow = RowOf<ReturnType<typeof histogramColumns>>;
export type ExponentialHistogramRow = RowOf<ReturnType<typeof exponentialHistogramColumns>>;
export type SummaryRow = RowOf<ReturnType<typeof summaryColumns>>;

export const SERIES_TABLE = 'metric_series';

/** One row per series and day: the labels that its points do not repeat. */
export function seriesColumns() {
  return {
    TenantId: uint32Column(),
    ProjectId: uint64Column(),
    Day: dateColumn(),
    MetricName: lowCardinalityColumn(),
    SeriesId: uint64Column(),
    Type: enum8Column(METRIC_TYPES, 1),
    Temporality: enum8Column(TEMPORALITIES),
    IsMonotonic: boolColumn(),
    Unit: lowCardinalityColumn(),
    Description: stringColumn(),
    ServiceName: lowCardinalityColumn(),
    ResourceAttrs: textMap(),
    ScopeName: lowCardinalityColumn(),
    ScopeVersion: lowCardinalityColumn(),
    ScopeAttrs: textMap(),
    Attrs: textMap(),
    LastSeen: secondTimeColumn(),
  };
}

export type SeriesRow = RowOf<ReturnType<typeof seriesColumns>>;

export const pointTable = (type: MetricType): string => `metric_${type}`;

/** Every table that metrics are written to. */
export const METRIC_TABLES = {
  ...Object.fromEntries(METRIC_TYPES.map((type) => [pointTable(type), POINT_COLUMNS[type]])),
  [SERIES_TABLE]: seriesColumns,
};
