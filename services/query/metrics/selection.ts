/** A kind of metric, spelled as `metric_series.Type`; `metric_<kind>` is the table of its points. */
export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exp_histogram' | 'summary';

export type FilterOperator = 'equal' | 'not_equal' | 'match' | 'not_match';

export interface AttributeFilter {
  readonly key: string;
  readonly operator: FilterOperator;
  readonly value: string;
}

/** Which series of one metric. */
export interface Selection {
  readonly name: string;
  readonly kind: MetricKind;
  readonly filters: readonly AttributeFilter[];
}

/** Stands for every series by itself. */
export const EACH_SERIES = 'each';

/** Keys whose values make a group, or no groups. */
export type GroupKeys = readonly string[] | typeof EACH_SERIES;

/** Instants in Unix milliseconds, which is how precisely points are stored; `endMs` is included. */
export interface PointWindow {
  /** Start of what is shown. */
  readonly firstMs: bigint;
  /** Start of what is read, so that the first point that is shown has one before it. */
  readonly fromMs: bigint;
  readonly endMs: bigint;
  /** Width of a bucket; 0: each point by itself. */
  readonly stepMs: bigint;
}

/** What a statement about points needs to know. */
export interface PointQuery {
  readonly selection: Selection;
  readonly groupBy: GroupKeys;
  readonly window: PointWindow;
}
