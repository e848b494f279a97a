import { ExportLogsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { ExportMetricsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type {
  AnyValue,
  InstrumentationScope,
  KeyValue,
} from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { LogRecord } from '../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import type {
  Exemplar,
  Metric,
  NumberDataPoint,
} from '../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { Resource } from '../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import type { Span } from '../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import type {
  ClientReport,
  ReportedAttributes,
  ReportedExemplar,
  ReportedLog,
  ReportedMetric,
  ReportedPoint,
  ReportedScope,
  ReportedSpan,
  ReportedValue,
} from './otlp-clients.js';

const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUS_CODES = ['unset', 'ok', 'error'];
const TEMPORALITIES: readonly ReportedMetric['temporality'][] = ['unspecified', 'delta', 'cumulative'];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const double = (value: number | undefined): ReportedValue | undefined =>
  value === undefined ? undefined : { type: 'double', value };

function valueOfAny(value: AnyValue | undefined): ReportedValue {
  if (value?.stringValue !== undefined) return { type: 'string', value: value.stringValue };
  if (value?.boolValue !== undefined) return { type: 'bool', value: value.boolValue };
  if (value?.intValue !== undefined) return { type: 'int', value: String(value.intValue) };
  if (value?.doubleValue !== undefined) return { type: 'double', value: value.doubleValue };
  if (value?.bytesValue !== undefined) return { type: 'bytes', value: value.bytesValue.toString('base64') };
  if (value?.arrayValue) return { type: 'array', value: value.arrayValue.values.map(valueOfAny) };
  if (value?.kvlistValue) return { type: 'map', value: attributesOf(value.kvlistValue.values) };
  return { type: 'none', value: null };
}

function attributesOf(attributes: readonly KeyValue[]): ReportedAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOfAny(value)]));
}

function scopeOf(scope: InstrumentationScope | undefined): ReportedScope {
  const { name = '', version = '', attributes = [] } = scope ?? {};
  return { name, version, attributes: attributesOf(attributes) };
}

function reportOf(
  resource: Resource | undefined,
  content: Partial<Pick<ClientReport, 'spans' | 'metrics' | 'logs'>>,
): ClientReport {
  return {
    traceIds: [],
    spans: [],
    resource: { attributes: attributesOf(resource?.attributes ?? []) },
    ...content,
  };
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
  fromJSON(json: unknown): T;
}

const IDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'parentSpanId']);

/** OTLP/JSON as its general rules leave it to any decoder, but for ids, which it writes in hex and not in base64. */
function decoded<T>(codec: Codec<T>, body: Buffer, isJson: boolean): T {
  if (!isJson) return codec.decode(body);
  const inBase64 = (key: string, value: unknown) =>
    IDS.has(key) && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value;
  return codec.fromJSON(JSON.parse(body.toString(), inBase64));
}

/** What a traces request says, one report per resource. */
export function decodeTraces(body: Buffer, isJson = false): ClientReport[] {
  return decoded(ExportTraceServiceRequest, body, isJson).resourceSpans.map(({ resource, scopeSpans }) =>
    reportOf(resource, {
      spans: scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => spanOf(span, scopeOf(scope)))),
    }),
  );
}

function spanOf(span: Span, scope: ReportedScope): ReportedSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name,
    kind: SPAN_KINDS[span.kind] ?? '',
    startUnixNano: String(span.startTimeUnixNano),
    endUnixNano: String(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    status: { code: STATUS_CODES[span.status?.code ?? 0] ?? '', message: span.status?.message ?? '' },
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: String(event.timeUnixNano),
      attributes: attributesOf(event.attributes),
    })),
    links: span.links.map((link) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      attributes: attributesOf(link.attributes),
    })),
    scope,
  };
}

/** What a logs request says, one report per resource. */
export function decodeLogs(body: Buffer, isJson = false): ClientReport[] {
  return decoded(ExportLogsServiceRequest, body, isJson).resourceLogs.map(({ resource, scopeLogs }) =>
    reportOf(resource, {
      logs: scopeLogs.flatMap(({ scope, logRecords }) =>
        logRecords.map((record) => logOf(record, scopeOf(scope))),
      ),
    }),
  );
}

function logOf(record: LogRecord, scope: ReportedScope): ReportedLog {
  return {
    timeUnixNano: String(record.timeUnixNano),
    observedUnixNano: String(record.observedTimeUnixNano),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    eventName: record.eventName,
    body: valueOfAny(record.body),
    traceId: hex(record.traceId),
    spanId: hex(record.spanId),
    traceFlags: record.flags & 0xff,
    attributes: attributesOf(record.attributes),
    droppedAttributes: record.droppedAttributesCount,
    scope,
  };
}

/** What a metrics request says, one report per resource. */
export function decodeMetrics(body: Buffer, isJson = false): ClientReport[] {
  return decoded(ExportMetricsServiceRequest, body, isJson).resourceMetrics.map(
    ({ resource, scopeMetrics }) =>
      reportOf(resource, {
        metrics: scopeMetrics.flatMap(({ scope, metrics }) =>
          metrics.map((metric) => metricOf(metric, scopeOf(scope))),
        ),
      }),
  );
}

function metricOf(metric: Metric, scope: ReportedScope): ReportedMetric {
  const { gauge, sum, histogram, exponentialHistogram } = metric;
  const head = { name: metric.name, unit: metric.unit, description: metric.description, scope };
  const temporality = TEMPORALITIES[(sum ?? histogram ?? exponentialHistogram)?.aggregationTemporality ?? 0];
  const common = { ...head, temporality: temporality ?? 'unspecified', monotonic: sum?.isMonotonic ?? false };
  if (gauge) return { ...common, kind: 'gauge', points: gauge.dataPoints.map(numberOf) };
  if (sum) return { ...common, kind: 'sum', points: sum.dataPoints.map(numberOf) };
  const points = histogram?.dataPoints.map((point) => ({
    ...distributionOf(point),
    bounds: point.explicitBounds,
    bucketCounts: point.bucketCounts.map(String),
  }));
  if (points) return { ...common, kind: 'histogram', points };
  return {
    ...common,
    kind: 'exp_histogram',
    points: (exponentialHistogram?.dataPoints ?? []).map((point) => ({
      ...distributionOf(point),
      scale: point.scale,
      zeroCount: String(point.zeroCount),
      zeroThreshold: point.zeroThreshold,
      ...(point.positive && { positive: bucketsOf(point.positive) }),
      ...(point.negative && { negative: bucketsOf(point.negative) }),
    })),
  };
}

type Common = Pick<
  NumberDataPoint,
  'attributes' | 'startTimeUnixNano' | 'timeUnixNano' | 'flags' | 'exemplars'
>;

function pointOf(point: Common): ReportedPoint {
  return {
    attributes: attributesOf(point.attributes),
    startUnixNano: String(point.startTimeUnixNano),
    timeUnixNano: String(point.timeUnixNano),
    flags: point.flags,
    exemplars: point.exemplars.map(exemplarOf),
  };
}

const numberOf = (point: NumberDataPoint): ReportedPoint => ({ ...pointOf(point), value: eitherOf(point) });

interface Distribution extends Common {
  readonly count: bigint;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function distributionOf(point: Distribution): ReportedPoint {
  const [sum, min, max] = [double(point.sum), double(point.min), double(point.max)];
  return {
    ...pointOf(point),
    count: String(point.count),
    ...(sum && { sum }),
    ...(min && { min }),
    ...(max && { max }),
  };
}

function exemplarOf(exemplar: Exemplar): ReportedExemplar {
  return {
    timeUnixNano: String(exemplar.timeUnixNano),
    value: eitherOf(exemplar),
    traceId: hex(exemplar.traceId),
    spanId: hex(exemplar.spanId),
    attributes: attributesOf(exemplar.filteredAttributes),
  };
}

function eitherOf({ asInt, asDouble }: Pick<Exemplar, 'asInt' | 'asDouble'>): ReportedValue {
  return asInt === undefined
    ? { type: 'double', value: asDouble ?? 0 }
    : { type: 'int', value: String(asInt) };
}

function bucketsOf({ offset, bucketCounts }: { readonly offset: number; readonly bucketCounts: bigint[] }) {
  return { offset, bucketCounts: bucketCounts.map(String) };
}
