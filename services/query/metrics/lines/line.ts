import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetricFunction, MetricLineSchema } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import type { PointQuery } from '../selection.js';
import type { Labels } from './labels.js';
import type { MetricValue } from './number-text.js';

export type LineInit = MessageInitShape<typeof MetricLineSchema>;

/** What is to be made of the points. */
export interface LinesQuery extends PointQuery {
  readonly fn: MetricFunction;
  readonly isRate: boolean;
  /** Which modes the series have. */
  readonly modes: { readonly hasDeltas: boolean; readonly hasCounters: boolean; readonly hasLevels: boolean };
}

export interface TimedValue {
  /** Unix milliseconds. */
  readonly time: string;
  readonly value: MetricValue;
}

/** Values over time, not yet with the labels of their line. */
export interface LineValues {
  readonly lineId: string;
  /** Where it is not that of the metric. */
  readonly unit?: string;
  readonly more?: Labels;
  readonly points: readonly TimedValue[];
}
