// The SDK's OTLP exporters by protocol, configured by OTEL_* variables alone, and what they were given.
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources';

const EXPORTERS = {
  'http/protobuf': {
    traces: ProtobufTraceExporter,
    metrics: ProtobufMetricExporter,
    logs: ProtobufLogExporter,
  },
  'http/json': { traces: JsonTraceExporter, metrics: JsonMetricExporter, logs: JsonLogExporter },
  grpc: { traces: GrpcTraceExporter, metrics: GrpcMetricExporter, logs: GrpcLogExporter },
};

/** As the environment says for a signal: traces, metrics or logs. */
export function protocolOf(signal, env = process.env) {
  const protocol =
    env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_PROTOCOL`] ||
    env.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf';
  if (Object.hasOwn(EXPORTERS, protocol)) return protocol;
  throw new Error(
    `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", expected ${Object.keys(EXPORTERS).join(' or ')}`,
  );
}

/** Passes batches on and keeps them with the outcome, which the SDK itself only logs. */
export class RecordingExporter {
  /** One entry per export: spans, log records, or the metrics of a collection. */
  batches = [];
  failure;
  #inner;

  constructor(signal) {
    this.#inner = new EXPORTERS[protocolOf(signal)][signal]();
  }

  export(batch, done) {
    this.batches.push(batch);
    this.#inner.export(batch, (result) => {
      if (result.code !== 0) this.failure = result.error ?? new Error('export failed without a reason');
      done(result);
    });
  }

  selectAggregationTemporality(instrumentType) {
    return this.#inner.selectAggregationTemporality(instrumentType);
  }

  selectAggregation(instrumentType) {
    return this.#inner.selectAggregation(instrumentType);
  }

  forceFlush() {
    return this.#inner.forceFlush?.() ?? Promise.resolve();
  }

  shutdown() {
    return this.#inner.shutdown();
  }
}

export function resourceFromEnv() {
  return defaultResource().merge(detectResources({ detectors: [envDetector] }));
}

/** The SDK tells of partial success and of wrong settings only by its own log. */
export function collectWarnings() {
  const warnings = [];
  const keep = (...parts) => warnings.push(parts.map(String).join(' '));
  const ignore = () => {};
  diag.setLogger(
    { error: keep, warn: keep, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  );
  return warnings;
}

/** Flushes, which sends what is left, and shuts down. Throws what any of the exporters met. */
export async function finish(providers, exporters) {
  const failures = [];
  for (const provider of providers) {
    await provider.forceFlush().catch((error) => failures.push(error));
    await provider.shutdown().catch((error) => failures.push(error));
  }
  const failure = exporters.find((exporter) => exporter.failure)?.failure ?? failures[0];
  if (failure) throw failure;
  if (exporters.some((exporter) => exporter.batches.length === 0))
    throw new Error('nothing was exported: is OTEL_TRACES_SAMPLER or OTEL_SDK_DISABLED set?');
}

/** Runs the program `name`, whose result is printed as JSON; of a failure one line on stderr, and exit code 1. */
export function report(name, main) {
  main().then(
    (result) => console.log(JSON.stringify(result, undefined, 2)),
    (error) => {
      const code = error?.code === undefined ? '' : ` (${error.code})`;
      const reason = String(error?.message || error).replace(/\s+/g, ' ');
      console.error(`${name}: ${reason}${code}`);
      process.exitCode = 1;
    },
  );
}
