/** Bytes in, bytes out: nothing is decoded before the sender is admitted. */
const identity = (bytes: Uint8Array): Uint8Array => bytes;

function exportDefinition(service: string) {
  return {
    export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
      options: {},
    },
  } as const;
}

export const TRACE_SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';
export const RawTraceService = exportDefinition(TRACE_SERVICE);
export const RawMetricsService = exportDefinition('opentelemetry.proto.collector.metrics.v1.MetricsService');
export const RawLogsService = exportDefinition('opentelemetry.proto.collector.logs.v1.LogsService');
