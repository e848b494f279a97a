// The log records in the report of a test client (README.md of test/clients has the shape).
import { describeAttributes, describeScope, describeValue, unixNano } from './describe-values.mjs';

export const describeLog = (record) => ({
  timeUnixNano: unixNano(record.hrTime),
  observedUnixNano: unixNano(record.hrTimeObserved),
  severityNumber: record.severityNumber ?? 0,
  severityText: record.severityText ?? '',
  eventName: record.eventName ?? '',
  body: describeValue(record.body),
  traceId: record.spanContext?.traceId ?? '',
  spanId: record.spanContext?.spanId ?? '',
  traceFlags: record.spanContext?.traceFlags ?? 0,
  attributes: describeAttributes(record.attributes),
  droppedAttributes: record.droppedAttributesCount,
  scope: describeScope(record.instrumentationScope),
});
