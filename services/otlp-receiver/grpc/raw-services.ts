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

const TRACE_SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';
const METRICS_SERVICE = 'opentelemetry.proto.collector.metrics.v1.MetricsService';
const LOGS_SERVICE = 'opentelemetry.proto.collector.logs.v1.LogsService';

export const RawTraceService = exportDefinition(TRACE_SERVICE);
export const RawMetricsService = exportDefinition(METRICS_SERVICE);
export const RawLogsService = exportDefinition(LOGS_SERVICE);
/** As health and reflection name them. */
export const EXPORT_SERVICES = [TRACE_SERVICE, METRICS_SERVICE, LOGS_SERVICE] as const;
