import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SpanSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { SpanRow } from '../sql/traces/trace-detail.js';

type SpanInit = MessageInitShape<typeof SpanSchema>;

/** A row of `spans` as the contract's span. Enum numbers are OTLP's in both. */
export function toSpan(row: SpanRow): SpanInit {
  return {
    spanId: fromHex(row.span_id),
    parentSpanId: fromHex(row.parent_span_id),
    traceState: row.trace_state,
    flags: row.flags,
    serviceName: row.service_name,
    operation: row.operation,
    kind: row.kind,
    startUnixNano: BigInt(row.start),
    durationNano: BigInt(row.duration),
    status: row.status,
    statusMessage: row.status_message,
    scopeName: row.scope_name,
    scopeVersion: row.scope_version,
    attributes: { ...row.attributes },
    resourceAttributes: { ...row.resource_attributes },
    scopeAttributes: { ...row.scope_attributes },
    events: toEvents(row),
    links: toLinks(row),
    droppedAttributes: row.dropped_attributes,
    droppedEvents: row.dropped_events,
    droppedLinks: row.dropped_links,
    numericAttributes: [...row.numeric_attributes],
  };
}

/** Events are stored as parallel arrays, in the sender's order. */
function toEvents(row: SpanRow): NonNullable<SpanInit['events']> {
  const events = row.event_times.map((time, index) => ({
    timeUnixNano: BigInt(time),
    name: row.event_names[index] ?? '',
    attributes: { ...row.event_attributes[index] },
  }));
  return events.sort((a, b) =>
    a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0,
  );
}

function toLinks(row: SpanRow): NonNullable<SpanInit['links']> {
  return row.link_trace_ids.map((traceId, index) => ({
    traceId: fromHex(traceId),
    spanId: fromHex(row.link_span_ids[index] ?? ''),
    traceState: row.link_trace_states[index] ?? '',
    attributes: { ...row.link_attributes[index] },
  }));
}

/** A copy: protobuf messages keep no view into Node's shared buffer pool. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
