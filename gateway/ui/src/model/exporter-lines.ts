/**
 * Shell lines that point an OpenTelemetry SDK at this machine (names by the OpenTelemetry specification).
 * @param hostname as in `location.hostname`, so an IPv6 address comes in brackets.
 */
export function exporterLines(hostname: string): readonly string[] {
  return [
    'export OTEL_SERVICE_NAME=my-service',
    `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${hostname}:4318`,
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    'export OTEL_EXPORTER_OTLP_HEADERS="PRIVATE-TOKEN=<ingest token printed by npm start>"',
  ];
}
