import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import type { Metric } from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import { acceptWindow } from '../accept-window.js';
import { POINT_COLUMNS } from '../metric-columns.js';
import type { Transcode } from '../transcode.js';
import {
  checkExponentialHistogramPoint,
  checkHistogramPoint,
  checkMetric,
  checkNumberPoint,
  checkSummaryPoint,
} from './check-metric.js';
import { decodeExactly } from './exact-reader.js';
import { EXPORT_METRICS_SHAPE } from './metric-shapes.js';
import { exponentialHistogramRow, histogramRow, numberRow, summaryRow } from './point-rows.js';
import { PointSink, type PointSinkOptions } from './point-sink.js';
import { below } from './rejection.js';
import { Tally } from './tally.js';
import { type ItemTarget, walkEnvelopes } from './walk-envelopes.js';

const NUMBERS = { check: checkNumberPoint, row: numberRow };
const FORMS = {
  gauge: { ...NUMBERS, columns: POINT_COLUMNS.gauge },
  sum: { ...NUMBERS, columns: POINT_COLUMNS.sum },
  histogram: { check: checkHistogramPoint, row: histogramRow, columns: POINT_COLUMNS.histogram },
  exp_histogram: {
    check: checkExponentialHistogramPoint,
    row: exponentialHistogramRow,
    columns: POINT_COLUMNS.exp_histogram,
  },
  summary: { check: checkSummaryPoint, row: summaryRow, columns: POINT_COLUMNS.summary },
} as const;

/** The obvious way from bytes to rows: decode everything, check and append point by point. */
export const transcodeMetrics: Transcode = (bytes, context) => {
  const window = acceptWindow(context.nowUnixNano, context.limits.retentionDays);
  const tally = new Tally();
  const sinks = new MetricSinks({ context, window, tally });
  const request = decodeExactly(ExportMetricsServiceRequest, EXPORT_METRICS_SHAPE, bytes);
  const resources = request.resourceMetrics.map(({ scopeMetrics, ...rest }) => ({
    ...rest,
    scopes: scopeMetrics,
  }));
  walkEnvelopes(resources, {
    tally,
    sightings: context.sightings,
    resourcesField: 'resource_metrics',
    scopesField: 'scope_metrics',
    countItems: ({ metrics }) => metrics.reduce((sum, metric) => sum + countPoints(metric), 0),
    addItems({ metrics }, target) {
      for (const [index, metric] of metrics.entries()) {
        const path = `${target.path}.metrics[${index}]`;
        const rejection = below(path, checkMetric(metric));
        if (rejection) tally.reject(rejection, countPoints(metric));
        else sinks.add(metric, { ...target, path });
      }
    },
  });
  return tally.result(sinks.finish());
};

/** The tables of all kinds. */
class MetricSinks {
  readonly #gauge;
  readonly #sum;
  readonly #histogram;
  readonly #exponentialHistogram;
  readonly #summary;

  constructor(options: PointSinkOptions) {
    this.#gauge = new PointSink('gauge', FORMS.gauge, options);
    this.#sum = new PointSink('sum', FORMS.sum, options);
    this.#histogram = new PointSink('histogram', FORMS.histogram, options);
    this.#exponentialHistogram = new PointSink('exp_histogram', FORMS.exp_histogram, options);
    this.#summary = new PointSink('summary', FORMS.summary, options);
  }

  /** A metric has one kind of data; a message that holds two is not one that protobuf writers produce. */
  add(metric: Metric, target: ItemTarget): void {
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
    const below = (field: string): ItemTarget => ({ ...target, path: `${target.path}.${field}` });
    if (gauge) this.#gauge.add(metric, gauge, below('gauge'));
    else if (sum) this.#sum.add(metric, sum, below('sum'));
    else if (histogram) this.#histogram.add(metric, histogram, below('histogram'));
    else if (exponentialHistogram)
      this.#exponentialHistogram.add(metric, exponentialHistogram, below('exponential_histogram'));
    else if (summary) this.#summary.add(metric, summary, below('summary'));
  }

  finish() {
    const sinks = [this.#gauge, this.#sum, this.#histogram, this.#exponentialHistogram, this.#summary];
    return sinks.flatMap((sink) => sink.finish());
  }
}

function countPoints({ gauge, sum, histogram, exponentialHistogram, summary }: Metric): number {
  const data = gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary;
  return data?.dataPoints.length ?? 0;
}
