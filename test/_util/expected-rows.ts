import type {
  ClientReport,
  ReportedAttributes,
  ReportedBuckets,
  ReportedLog,
  ReportedMetric,
  ReportedPoint,
  ReportedScope,
  ReportedSpan,
  ReportedValue,
} from './otlp-clients.js';
import { asStoredText } from './otlp-clients.js';

/** A row as it is compared: maps as sorted entries, 64-bit integers and times as text. */
export type ComparedRow = Readonly<Record<string, unknown>>;

const NANOS_PER_MILLI = 1_000_000n;
const HAS = { sum: 1, min: 2, max: 4 };
const BODY_TYPES: Readonly<Record<string, string>> = { string: 'string', none: 'string', bytes: 'bytes' };

export function entries(attributes: Readonly<Record<string, unknown>>): (readonly [string, unknown])[] {
  return Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}

const texts = (attributes: ReportedAttributes = {}) =>
  entries(attributes).map(([key, value]) => [key, asStoredText(value as ReportedValue)]);

/** Integers and doubles among the attributes, as doubles. */
const numbers = (attributes: ReportedAttributes) =>
  entries(attributes)
    .map(([key, value]) => [key, value as ReportedValue] as const)
    .filter(([, { type }]) => type === 'int' || type === 'double')
    .map(([key, { value }]) => [key, Number(value)]);

const millis = (unixNano: string): string => String(BigInt(unixNano) / NANOS_PER_MILLI);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const zeros = (text: string, length: number): string => text || '0'.repeat(length);

function envelope(report: ClientReport, scope: ReportedScope) {
  const service = report.resource.attributes['service.name']?.value;
  return {
    ServiceName: service,
    ResourceAttrs: texts(report.resource.attributes),
    ScopeName: scope.name,
    ScopeVersion: scope.version,
    ScopeAttrs: texts(scope.attributes),
  };
}

export function expectedSpan(span: ReportedSpan, report: ClientReport): ComparedRow {
  return {
    ...envelope(report, span.scope),
    TraceId: span.traceId,
    SpanId: span.spanId,
    ParentSpanId: zeros(span.parentSpanId, 16),
    Timestamp: span.startUnixNano,
    DurationNs: String(BigInt(span.endUnixNano) - BigInt(span.startUnixNano)),
    SpanName: span.name,
    SpanKind: capital(span.kind),
    StatusCode: capital(span.status.code),
    StatusMessage: span.status.message,
    Attrs: texts(span.attributes),
    AttrsNum: numbers(span.attributes),
    'Events.Timestamp': span.events.map(({ timeUnixNano }) => timeUnixNano),
    'Events.Name': span.events.map(({ name }) => name),
    'Events.Attrs': span.events.map(({ attributes }) => texts(attributes)),
    'Links.TraceId': span.links.map(({ traceId }) => traceId),
    'Links.SpanId': span.links.map(({ spanId }) => spanId),
    'Links.Attrs': span.links.map(({ attributes }) => texts(attributes)),
  };
}

export function expectedLog(log: ReportedLog, report: ClientReport): ComparedRow {
  return {
    ...envelope(report, log.scope),
    Timestamp: log.timeUnixNano === '0' ? log.observedUnixNano : log.timeUnixNano,
    ObservedTimestamp: log.observedUnixNano,
    TraceId: zeros(log.traceId, 32),
    SpanId: zeros(log.spanId, 16),
    TraceFlags: log.traceFlags,
    SeverityNumber: log.severityNumber,
    SeverityText: log.severityText,
    EventName: log.eventName,
    Body: asStoredText(log.body),
    BodyType: BODY_TYPES[log.body.type] ?? 'json',
    Attrs: texts(log.attributes),
    AttrsNum: numbers(log.attributes),
    DroppedAttrs: log.droppedAttributes,
  };
}

/** One row per point, with what its series says. */
export function expectedPoints(metric: ReportedMetric, report: ClientReport): ComparedRow[] {
  return metric.points.map((point) => ({
    ...envelope(report, metric.scope),
    MetricName: metric.name,
    Type: metric.kind,
    Temporality: metric.temporality,
    IsMonotonic: metric.monotonic,
    Unit: metric.unit,
    Description: metric.description,
    Attrs: texts(point.attributes),
    StartTime: millis(point.startUnixNano),
    Timestamp: millis(point.timeUnixNano),
    Flags: point.flags ?? 0,
    ...valueColumns(metric.kind, point),
    ...exemplarsOf(point),
  }));
}

function valueColumns(kind: ReportedMetric['kind'], point: ReportedPoint) {
  if (point.value) {
    const { type, value } = point.value;
    const isRounded = type === 'int' && !Number.isSafeInteger(Number(value));
    return { Value: Number(value), IsInt: type === 'int', ValueInt: isRounded ? String(value) : '0' };
  }
  const { sum, min, max } = point;
  return {
    Count: point.count,
    Sum: sum?.value ?? 0,
    Min: min?.value ?? 0,
    Max: max?.value ?? 0,
    Has: (sum ? HAS.sum : 0) | (min ? HAS.min : 0) | (max ? HAS.max : 0),
    ...(kind === 'histogram' && { Bounds: point.bounds ?? [], Buckets: point.bucketCounts ?? [] }),
    ...(kind === 'exp_histogram' && exponential(point)),
  };
}

function exponential(point: ReportedPoint) {
  const none: ReportedBuckets = { offset: 0, bucketCounts: [] };
  const { positive = none, negative = none } = point;
  return {
    Scale: point.scale,
    ZeroCount: point.zeroCount,
    ZeroThreshold: point.zeroThreshold ?? 0,
    PosOffset: positive.offset,
    PosBuckets: positive.bucketCounts,
    NegOffset: negative.offset,
    NegBuckets: negative.bucketCounts,
  };
}

function exemplarsOf({ exemplars = [] }: ReportedPoint) {
  return {
    'Exemplars.Timestamp': exemplars.map(({ timeUnixNano }) => millis(timeUnixNano)),
    'Exemplars.Value': exemplars.map(({ value }) => Number(value.value)),
    'Exemplars.TraceId': exemplars.map(({ traceId }) => zeros(traceId, 32)),
    'Exemplars.SpanId': exemplars.map(({ spanId }) => zeros(spanId, 16)),
    'Exemplars.Attrs': exemplars.map(({ attributes }) => texts(attributes)),
  };
}
