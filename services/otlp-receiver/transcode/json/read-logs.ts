import { ExportLogsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import type {
  LogRecord,
  ResourceLogs,
  ScopeLogs,
} from '../../../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import type { JsonValue } from './exact-json.js';
import { enumAt, hexAt, listAt, objectAt, optionalAt, textAt, uint32At, uint64At } from './json-fields.js';
import { anyValueAt, attributesAt, resourceAt, scopeAt } from './read-common.js';
import { exactWriter, readRequest } from './read-request.js';

/** The protobuf form of an OTLP/JSON export request. Throws AppError `malformed_payload`. */
export function readLogsJson(body: Uint8Array): Uint8Array {
  const resourceLogs = readRequest(body, 'resourceLogs', resourceLogsAt);
  return ExportLogsServiceRequest.encode({ resourceLogs }, exactWriter()).finish();
}

function resourceLogsAt(value: JsonValue, path: string): ResourceLogs {
  const member = objectAt(value, path);
  return {
    resource: resourceAt(member.get('resource'), `${path}.resource`),
    scopeLogs: listAt(member.get('scopeLogs'), `${path}.scopeLogs`, scopeLogsAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function scopeLogsAt(value: JsonValue, path: string): ScopeLogs {
  const member = objectAt(value, path);
  return {
    scope: scopeAt(member.get('scope'), `${path}.scope`),
    logRecords: listAt(member.get('logRecords'), `${path}.logRecords`, logRecordAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function logRecordAt(value: JsonValue, path: string): LogRecord {
  const record = objectAt(value, path);
  const at = <T>(read: (value: JsonValue | undefined, path: string) => T, name: string): T =>
    read(record.get(name), `${path}.${name}`);
  return {
    timeUnixNano: at(uint64At, 'timeUnixNano'),
    observedTimeUnixNano: at(uint64At, 'observedTimeUnixNano'),
    severityNumber: at(enumAt, 'severityNumber'),
    severityText: at(textAt, 'severityText'),
    body: optionalAt(record.get('body'), `${path}.body`, anyValueAt),
    attributes: at(attributesAt, 'attributes'),
    droppedAttributesCount: at(uint32At, 'droppedAttributesCount'),
    flags: at(uint32At, 'flags'),
    traceId: at(hexAt, 'traceId'),
    spanId: at(hexAt, 'spanId'),
    eventName: at(textAt, 'eventName'),
  };
}
