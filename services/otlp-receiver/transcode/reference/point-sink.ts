import type { Metric, NumberDataPoint } from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { RowOf } from '../../native/block.js';
import type { ColumnWriter } from '../../native/column.js';
import { DayBlocks } from '../../native/day-blocks.js';
import { type AcceptWindow, dayOf } from '../accept-window.js';
import { type PointRow, pointTable } from '../metric-columns.js';
import type { TranscodeContext } from '../transcode.js';
import { textEntries } from './attributes.js';
import { type MetricKind, MetricSeries } from './metric-series.js';
import { toMillis } from './point-rows.js';
import { below, type Rejection } from './rejection.js';
import type { Tally } from './tally.js';
import type { ItemTarget } from './walk-envelopes.js';

/** What all kinds of points have. */
type AnyPoint = Pick<NumberDataPoint, 'attributes' | 'startTimeUnixNano' | 'timeUnixNano' | 'flags'>;

/** How points of one kind are judged and stored. */
export interface PointForm<P, C> {
  readonly columns: () => C;
  readonly check: (point: P, window: AcceptWindow) => Rejection | undefined;
  readonly row: (point: P, head: PointRow) => RowOf<C>;
}

export interface PointSinkOptions {
  readonly context: TranscodeContext;
  readonly window: AcceptWindow;
  readonly tally: Tally;
}

/** The table of one kind of metrics while it is filled. */
export class PointSink<P extends AnyPoint, C extends { readonly [K in keyof C]: ColumnWriter<never> }> {
  readonly #form: PointForm<P, C>;
  readonly #options: PointSinkOptions;
  readonly #kind: MetricKind;
  readonly #rows: DayBlocks<C>;

  constructor(type: MetricKind['type'], form: PointForm<P, C>, options: PointSinkOptions) {
    this.#form = form;
    this.#options = options;
    this.#kind = { type, temporality: 0, isMonotonic: false };
    this.#rows = new DayBlocks(pointTable(type), form.columns);
  }

  /** Takes the points of a metric that is in order; `target.path` is where their list stands. */
  add(metric: Metric, data: { readonly dataPoints: readonly P[] } & Aggregation, target: ItemTarget): void {
    const { context, window, tally } = this.#options;
    const { aggregationTemporality: temporality = 0, isMonotonic = false } = data;
    const series = new MetricSeries(
      metric,
      { ...this.#kind, temporality, isMonotonic },
      target.shared,
      context,
    );
    for (const [index, point] of data.dataPoints.entries()) {
      const path = `${target.path}.data_points[${index}]`;
      const rejection = below(path, this.#form.check(point, window));
      if (rejection) tally.reject(rejection, 1);
      else this.#append(point, metric.name, series, target);
    }
  }

  #append(point: P, metricName: string, series: MetricSeries, target: ItemTarget): void {
    const { tenantId, projectId, sightings } = this.#options.context;
    const attributes = textEntries(point.attributes);
    const id = series.idOf(attributes);
    const day = dayOf(point.timeUnixNano);
    const head: PointRow = {
      TenantId: tenantId,
      ProjectId: projectId,
      MetricName: metricName,
      SeriesId: id,
      Timestamp: toMillis(point.timeUnixNano),
      StartTime: toMillis(point.startTimeUnixNano),
      Flags: point.flags,
    };
    this.#rows.append(this.#form.row(point, head), day);
    if (sightings?.series(day, id, () => series.row(day, id, attributes), 1))
      sightings.attributes(day, 'attr', attributes, 1);
    target.accept(day);
  }

  finish() {
    return this.#rows.finish();
  }
}

/** What only some kinds of metrics say about their points. */
interface Aggregation {
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}
