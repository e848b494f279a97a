import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LogRecordSchema } from '../../../gen/es/gob/query/v1/logs_pb.js';
import type { LogRow } from '../sql/logs/log-columns.js';
import { fromHex } from '../traces/span-row.js';
import { type Fingerprint, toFingerprintBytes } from './fingerprint.js';

export type LogRecordInit = MessageInitShape<typeof LogRecordSchema>;

export function fingerprintOf(row: Pick<LogRow, 'time' | 'content'>): Fingerprint {
  return { unixNano: BigInt(row.time), content: BigInt(row.content) };
}

/** A row of `logs` as the contract's record. Numbers of body types are those of the table. */
export function toLogRecord(row: LogRow): LogRecordInit {
  return {
    timeUnixNano: BigInt(row.time),
    observedTimeUnixNano: BigInt(row.observed_time),
    fingerprint: toFingerprintBytes(fingerprintOf(row)),
    traceId: fromHex(row.trace_id),
    spanId: fromHex(row.span_id),
    traceFlags: row.trace_flags,
    severityNumber: row.severity_number,
    severityText: row.severity_text,
    serviceName: row.service_name,
    eventName: row.event_name,
    body: row.body,
    bodyType: row.body_type,
    attributes: { ...row.attributes },
    resourceAttributes: { ...row.resource_attributes },
    scopeName: row.scope_name,
    scopeVersion: row.scope_version,
    scopeAttributes: { ...row.scope_attributes },
    droppedAttributes: row.dropped_attributes,
  };
}
