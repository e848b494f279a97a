import { ExportLogsServiceResponse } from '../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { readLogsJson } from '../transcode/json/read-logs.js';
import { LOGS_TABLE, logColumns } from '../transcode/log-columns.js';
import { LogsTranscoder } from '../transcode/wire/logs/transcode-logs.js';
import type { PartialSuccess, SignalDefinition } from './signal.js';

export const logsSignal: SignalDefinition = {
  name: 'logs',
  items: 'log records',
  grpcService: 'opentelemetry.proto.collector.logs.v1.LogsService',
  tables: { [LOGS_TABLE]: logColumns },
  readJson: readLogsJson,
  itemPath: [[1], [2], [2]],
  transcode: new LogsTranscoder().transcode,
  encodeResponse: (partial) => ExportLogsServiceResponse.encode(response(partial)).finish(),
  responseToJson: (partial) => ExportLogsServiceResponse.toJSON(response(partial)),
};

function response(partial: PartialSuccess | undefined): ExportLogsServiceResponse {
  if (!partial) return { partialSuccess: undefined };
  return { partialSuccess: { rejectedLogRecords: partial.rejected, errorMessage: partial.errorMessage } };
}
