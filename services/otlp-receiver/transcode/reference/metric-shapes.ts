import {
  attributes,
  exportShape,
  items,
  type MessageShape,
  many,
  numbers,
  one,
  scalar,
  shape,
} from './message-shape.js';

const EXEMPLAR = shape({
  2: scalar('time_unix_nano', 'fixed64'),
  3: scalar('as_double', 'fixed64'),
  4: scalar('span_id', 'bytes'),
  5: scalar('trace_id', 'bytes'),
  6: scalar('as_int', 'fixed64'),
  7: { ...attributes, name: 'filtered_attributes' },
});
const pointTimes = {
  2: scalar('start_time_unix_nano', 'fixed64'),
  3: scalar('time_unix_nano', 'fixed64'),
};
const NUMBER_POINT = shape({
  ...pointTimes,
  4: scalar('as_double', 'fixed64'),
  5: many('exemplars', () => EXEMPLAR),
  6: scalar('as_int', 'fixed64'),
  7: attributes,
  8: scalar('flags', 'varint'),
});
const HISTOGRAM_POINT = shape({
  ...pointTimes,
  4: scalar('count', 'fixed64'),
  5: scalar('sum', 'fixed64'),
  6: numbers('bucket_counts', 'fixed64'),
  7: numbers('explicit_bounds', 'fixed64'),
  8: many('exemplars', () => EXEMPLAR),
  9: attributes,
  10: scalar('flags', 'varint'),
  11: scalar('min', 'fixed64'),
  12: scalar('max', 'fixed64'),
});
const BUCKETS = shape({ 1: scalar('offset', 'varint'), 2: numbers('bucket_counts', 'varint') });
const EXPONENTIAL_HISTOGRAM_POINT = shape({
  ...pointTimes,
  1: attributes,
  4: scalar('count', 'fixed64'),
  5: scalar('sum', 'fixed64'),
  6: scalar('scale', 'varint'),
  7: scalar('zero_count', 'fixed64'),
  8: one('positive', () => BUCKETS),
  9: one('negative', () => BUCKETS),
  10: scalar('flags', 'varint'),
  11: many('exemplars', () => EXEMPLAR),
  12: scalar('min', 'fixed64'),
  13: scalar('max', 'fixed64'),
  14: scalar('zero_threshold', 'fixed64'),
});
const QUANTILE = shape({ 1: scalar('quantile', 'fixed64'), 2: scalar('value', 'fixed64') });
const SUMMARY_POINT = shape({
  ...pointTimes,
  4: scalar('count', 'fixed64'),
  5: scalar('sum', 'fixed64'),
  6: many('quantile_values', () => QUANTILE),
  7: attributes,
  8: scalar('flags', 'varint'),
});
/** Gauges and summaries lack the other two fields, which are unknown ones there. */
const points = (point: MessageShape): MessageShape =>
  shape({
    1: items('data_points', () => point),
    2: scalar('aggregation_temporality', 'varint'),
    3: scalar('is_monotonic', 'varint'),
  });
const POINTS = {
  number: points(NUMBER_POINT),
  histogram: points(HISTOGRAM_POINT),
  exponentialHistogram: points(EXPONENTIAL_HISTOGRAM_POINT),
  summary: points(SUMMARY_POINT),
};
const METRIC = shape({
  1: scalar('name', 'bytes'),
  2: scalar('description', 'bytes'),
  3: scalar('unit', 'bytes'),
  5: one('gauge', () => POINTS.number),
  7: one('sum', () => POINTS.number),
  9: one('histogram', () => POINTS.histogram),
  10: one('exponential_histogram', () => POINTS.exponentialHistogram),
  11: one('summary', () => POINTS.summary),
  12: { ...attributes, name: 'metadata' },
});

/** `ExportMetricsServiceRequest` of the OTLP interface definitions. */
export const EXPORT_METRICS_SHAPE = exportShape({
  request: 'ExportMetricsServiceRequest',
  resources: 'resource_metrics',
  scopes: 'scope_metrics',
  entries: many('metrics', () => METRIC),
});
