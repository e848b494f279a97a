import { ExportTraceServiceResponse } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { readTracesJson } from '../transcode/json/read-traces.js';
import { SPANS_TABLE, spanColumns } from '../transcode/span-columns.js';
import { TracesTranscoder } from '../transcode/wire/traces/transcode-traces.js';
import type { PartialSuccess, SignalDefinition } from './signal.js';

export const tracesSignal: SignalDefinition = {
  name: 'traces',
  items: 'spans',
  grpcService: 'opentelemetry.proto.collector.trace.v1.TraceService',
  tables: { [SPANS_TABLE]: spanColumns },
  readJson: readTracesJson,
  itemPath: [[1], [2], [2]],
  transcode: new TracesTranscoder().transcode,
  encodeResponse: (partial) => ExportTraceServiceResponse.encode(response(partial)).finish(),
  responseToJson: (partial) => ExportTraceServiceResponse.toJSON(response(partial)),
};

function response(partial: PartialSuccess | undefined): ExportTraceServiceResponse {
  if (!partial) return { partialSuccess: undefined };
  return { partialSuccess: { rejectedSpans: partial.rejected, errorMessage: partial.errorMessage } };
}
