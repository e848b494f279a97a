import { attributes, exportShape, items, many, one, scalar, shape } from './message-shape.js';

const EVENT = shape({
  1: scalar('time_unix_nano', 'fixed64'),
  2: scalar('name', 'bytes'),
  3: attributes,
  4: scalar('dropped_attributes_count', 'varint'),
});
const LINK = shape({
  1: scalar('trace_id', 'bytes'),
  2: scalar('span_id', 'bytes'),
  3: scalar('trace_state', 'bytes'),
  4: attributes,
  5: scalar('dropped_attributes_count', 'varint'),
  6: scalar('flags', 'fixed32'),
});
const STATUS = shape({ 2: scalar('message', 'bytes'), 3: scalar('code', 'varint') });
const SPAN = shape({
  1: scalar('trace_id', 'bytes'),
  2: scalar('span_id', 'bytes'),
  3: scalar('trace_state', 'bytes'),
  4: scalar('parent_span_id', 'bytes'),
  5: scalar('name', 'bytes'),
  6: scalar('kind', 'varint'),
  7: scalar('start_time_unix_nano', 'fixed64'),
  8: scalar('end_time_unix_nano', 'fixed64'),
  9: attributes,
  10: scalar('dropped_attributes_count', 'varint'),
  11: many('events', () => EVENT),
  12: scalar('dropped_events_count', 'varint'),
  13: many('links', () => LINK),
  14: scalar('dropped_links_count', 'varint'),
  15: one('status', () => STATUS),
  16: scalar('flags', 'fixed32'),
});

/** `ExportTraceServiceRequest` of the OTLP interface definitions. */
export const EXPORT_TRACES_SHAPE = exportShape({
  request: 'ExportTraceServiceRequest',
  resources: 'resource_spans',
  scopes: 'scope_spans',
  entries: items('spans', () => SPAN),
});
