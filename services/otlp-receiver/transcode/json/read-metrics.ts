import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import type {
  ExponentialHistogram,
  Gauge,
  Histogram,
  Metric,
  ResourceMetrics,
  ScopeMetrics,
  Sum,
  Summary,
} from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { JsonValue } from './exact-json.js';
import { booleanAt, enumAt, listAt, objectAt, textAt } from './json-fields.js';
import { attributesAt, resourceAt, scopeAt } from './read-common.js';
import {
  exponentialHistogramPointAt,
  histogramPointAt,
  numberPointAt,
  summaryPointAt,
} from './read-points.js';
import { exactWriter, readRequest } from './read-request.js';

/** The protobuf form of an OTLP/JSON export request. Throws AppError `malformed_payload`. */
export function readMetricsJson(body: Uint8Array): Uint8Array {
  const resourceMetrics = readRequest(body, 'resourceMetrics', resourceMetricsAt);
  return ExportMetricsServiceRequest.encode({ resourceMetrics }, exactWriter()).finish();
}

function resourceMetricsAt(value: JsonValue, path: string): ResourceMetrics {
  const member = objectAt(value, path);
  return {
    resource: resourceAt(member.get('resource'), `${path}.resource`),
    scopeMetrics: listAt(member.get('scopeMetrics'), `${path}.scopeMetrics`, scopeMetricsAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function scopeMetricsAt(value: JsonValue, path: string): ScopeMetrics {
  const member = objectAt(value, path);
  return {
    scope: scopeAt(member.get('scope'), `${path}.scope`),
    metrics: listAt(member.get('metrics'), `${path}.metrics`, metricAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function metricAt(value: JsonValue, path: string): Metric {
  const metric = objectAt(value, path);
  return {
    name: textAt(metric.get('name'), `${path}.name`),
    description: textAt(metric.get('description'), `${path}.description`),
    unit: textAt(metric.get('unit'), `${path}.unit`),
    ...dataAt(metric, path),
    metadata: attributesAt(metric.get('metadata'), `${path}.metadata`),
  };
}

type MetricData = Pick<Metric, 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary'>;

/** The first member that is present counts, as for values. */
function dataAt(metric: ReadonlyMap<string, JsonValue>, path: string): MetricData {
  for (const [name, member] of metric) {
    if (member === null) continue;
    const inner = `${path}.${name}`;
    switch (name) {
      case 'gauge':
        return { gauge: gaugeAt(member, inner) };
      case 'sum':
        return { sum: sumAt(member, inner) };
      case 'histogram':
        return { histogram: histogramAt(member, inner) };
      case 'exponentialHistogram':
        return { exponentialHistogram: exponentialHistogramAt(member, inner) };
      case 'summary':
        return { summary: summaryAt(member, inner) };
    }
  }
  return {};
}

function gaugeAt(value: JsonValue, path: string): Gauge {
  return { dataPoints: pointsAt(value, path, numberPointAt) };
}

function sumAt(value: JsonValue, path: string): Sum {
  return {
    dataPoints: pointsAt(value, path, numberPointAt),
    aggregationTemporality: temporalityAt(value, path),
    isMonotonic: booleanAt(objectAt(value, path).get('isMonotonic'), `${path}.isMonotonic`),
  };
}

function histogramAt(value: JsonValue, path: string): Histogram {
  return {
    dataPoints: pointsAt(value, path, histogramPointAt),
    aggregationTemporality: temporalityAt(value, path),
  };
}

function exponentialHistogramAt(value: JsonValue, path: string): ExponentialHistogram {
  return {
    dataPoints: pointsAt(value, path, exponentialHistogramPointAt),
    aggregationTemporality: temporalityAt(value, path),
  };
}

function summaryAt(value: JsonValue, path: string): Summary {
  return { dataPoints: pointsAt(value, path, summaryPointAt) };
}

function pointsAt<T>(value: JsonValue, path: string, read: (item: JsonValue, path: string) => T): T[] {
  return listAt(objectAt(value, path).get('dataPoints'), `${path}.dataPoints`, read);
}

function temporalityAt(value: JsonValue, path: string): number {
  return enumAt(objectAt(value, path).get('aggregationTemporality'), `${path}.aggregationTemporality`);
}
