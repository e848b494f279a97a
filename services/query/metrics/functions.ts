import { MetricFunction } from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { invalid } from './read-selection.js';
import type { MetricKind } from './selection.js';

const { AVG, SUM, MIN, MAX, COUNT, QUANTILES, P50, P75, P90, P95, P99 } = MetricFunction;

/** Quantiles by function, and those that are shown together. */
export const QUANTILE_OF: Readonly<Record<number, number | undefined>> = {
  [P50]: 0.5,
  [P75]: 0.75,
  [P90]: 0.9,
  [P95]: 0.95,
  [P99]: 0.99,
};
export const SHOWN_QUANTILES: readonly number[] = [0.5, 0.75, 0.9, 0.95, 0.99];

const OF_NUMBERS = [AVG, SUM, MIN, MAX, COUNT];
const OF_HISTOGRAMS = [QUANTILES, P50, P75, P90, P95, P99, AVG, SUM, MIN, MAX, COUNT];

/** What each kind can be asked for; the first one of a kind shows it best, but for sums. */
const FUNCTIONS: Readonly<Record<MetricKind, readonly MetricFunction[]>> = {
  gauge: OF_NUMBERS,
  sum: OF_NUMBERS,
  histogram: OF_HISTOGRAMS,
  exp_histogram: OF_HISTOGRAMS,
  summary: [QUANTILES, AVG, SUM, COUNT],
};

export function functionsOf(kind: MetricKind): readonly MetricFunction[] {
  return FUNCTIONS[kind];
}

export function defaultFunctionOf(kind: MetricKind): MetricFunction {
  if (kind === 'sum') return SUM;
  return kind === 'gauge' ? AVG : QUANTILES;
}

/** The function asked for, if the kind has it. */
export function readFunction(fn: MetricFunction, kind: MetricKind): MetricFunction {
  if (fn === MetricFunction.UNSPECIFIED || FUNCTIONS[kind].includes(fn)) return fn;
  const known = FUNCTIONS[kind].map((one) => MetricFunction[one]?.toLowerCase()).join(', ');
  throw invalid(
    'grouping.function',
    `grouping.function ${MetricFunction[fn]?.toLowerCase() ?? fn} cannot be had of this kind of metric; it has ${known}.`,
  );
}
