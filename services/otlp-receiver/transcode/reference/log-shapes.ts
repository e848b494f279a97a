import { ANY_VALUE_SHAPE, attributes, exportShape, items, one, scalar, shape } from './message-shape.js';

const LOG_RECORD = shape({
  1: scalar('time_unix_nano', 'fixed64'),
  2: scalar('severity_number', 'varint'),
  3: scalar('severity_text', 'bytes'),
  5: one('body', () => ANY_VALUE_SHAPE),
  6: attributes,
  7: scalar('dropped_attributes_count', 'varint'),
  8: scalar('flags', 'fixed32'),
  9: scalar('trace_id', 'bytes'),
  10: scalar('span_id', 'bytes'),
  11: scalar('observed_time_unix_nano', 'fixed64'),
  12: scalar('event_name', 'bytes'),
});

/** `ExportLogsServiceRequest` of the OTLP interface definitions. */
export const EXPORT_LOGS_SHAPE = exportShape({
  request: 'ExportLogsServiceRequest',
  resources: 'resource_logs',
  scopes: 'scope_logs',
  entries: items('log_records', () => LOG_RECORD),
});
