import { z } from 'zod';
import { LogBodyType, type LogRecord } from '../../../gen/es/gob/query/v1/logs_pb.js';
import { toHexText, toSpanIdText, toTraceIdText } from './ids.js';
import { textMap, timestampText } from './schemas.js';
import { formatTimestamp } from './timestamp.js';

const BODY_TYPES = {
  [LogBodyType.UNSPECIFIED]: 'string',
  [LogBodyType.JSON]: 'json',
  [LogBodyType.BYTES]: 'bytes',
} as const;

/** A log record as every route shows it. */
export const logItem = z.object({
  timestamp: timestampText,
  observed_timestamp: timestampText,
  trace_id: z
    .string()
    .describe(
      'Its trace, at `/traces/{trace_id}`, as 8-4-4-4-12 lower-case hex digits; empty when it belongs to none.',
    ),
  span_id: z
    .string()
    .describe('Its span within the trace, 16 upper-case hex digits; empty when it belongs to none.'),
  trace_flags: z.int(),
  severity_text: z.string().describe('As sent.'),
  severity_number: z.int().describe('1 to 24; 0 for none.'),
  service_name: z.string(),
  body: z.string(),
  body_type: z
    .enum(['string', 'json', 'bytes'])
    .describe('How the body was sent: other values are shown as JSON, bytes in base64.'),
  fingerprint: z
    .string()
    .describe(
      '32 hex digits that name the record within its project. The first 16 are its time in Unix nanoseconds.',
    ),
  event_name: z.string(),
  scope_name: z.string(),
  scope_version: z.string(),
  resource_attributes: textMap,
  log_attributes: textMap,
  scope_attributes: textMap,
});

/** What a record looks like, for the documentation. */
export const LOG_EXAMPLE: z.infer<typeof logItem> = {
  timestamp: '2031-02-03T04:05:06.123456789Z',
  observed_timestamp: '2031-02-03T04:05:06.123456789Z',
  trace_id: '0a1b2c3d-0000-4000-8000-00000000beef',
  span_id: '00AA11BB22CC33DD',
  trace_flags: 1,
  severity_text: 'Warn',
  severity_number: 13,
  service_name: 'shop',
  body: 'cart is empty',
  body_type: 'string',
  fingerprint: '1ac119a7e4d15d155f00c0ffee00c0de',
  event_name: '',
  scope_name: 'shop.cart',
  scope_version: '1.0.0',
  resource_attributes: { 'service.name': 'shop', 'host.name': 'h1' },
  log_attributes: { 'cart.id': '9' },
  scope_attributes: {},
};

export function toLogItem(log: LogRecord): z.infer<typeof logItem> {
  return {
    timestamp: formatTimestamp(log.timeUnixNano),
    observed_timestamp: formatTimestamp(log.observedTimeUnixNano),
    trace_id: log.traceId.length === 0 ? '' : toTraceIdText(log.traceId),
    span_id: toSpanIdText(log.spanId),
    trace_flags: log.traceFlags,
    severity_text: log.severityText,
    severity_number: log.severityNumber,
    service_name: log.serviceName,
    body: log.body,
    body_type: BODY_TYPES[log.bodyType] ?? 'string',
    fingerprint: toHexText(log.fingerprint),
    event_name: log.eventName,
    scope_name: log.scopeName,
    scope_version: log.scopeVersion,
    resource_attributes: log.resourceAttributes,
    log_attributes: log.attributes,
    scope_attributes: log.scopeAttributes,
  };
}
