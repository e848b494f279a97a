// Sends a known trace, metrics and log records with the OpenTelemetry JS SDK, configured by OTEL_* variables alone, and
// prints as JSON what it sent. Exit code 0 only if the exporters reported success; otherwise one line on stderr.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describeLog } from './describe-logs.mjs';
import { describeMetrics } from './describe-metrics.mjs';
import { describeTrace } from './describe-trace.mjs';
import { emitLogs } from './emit-logs.mjs';
import { createInstruments, VIEWS } from './emit-metrics.mjs';
import { clockFrom, emitTrace } from './emit-trace.mjs';
import {
  collectWarnings,
  finish,
  protocolOf,
  RecordingExporter,
  report,
  resourceFromEnv,
} from './exporters.mjs';

/** Collections before the last one, which the end of the provider makes. */
const ROUNDS = 2;
const SCOPE = ['shop.checkout', '1.2.3'];

function startProviders() {
  const resource = resourceFromEnv();
  const traces = new RecordingExporter('traces');
  const metrics = new RecordingExporter('metrics');
  const logs = new RecordingExporter('logs');
  return {
    exporters: { traces, metrics, logs },
    tracers: new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(traces)] }),
    meters: new MeterProvider({
      resource,
      views: VIEWS,
      readers: [new PeriodicExportingMetricReader({ exporter: metrics })],
    }),
    loggers: new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: logs })] }),
  };
}

report('send-signals', async () => {
  const warnings = collectWarnings();
  const { exporters, tracers, meters, loggers } = startProviders();
  const at = clockFrom(Date.now() - 1000);
  const root = emitTrace(tracers.getTracer(...SCOPE), at);
  const logger = loggers.getLogger(...SCOPE, { scopeAttributes: { 'scope.kind': 'logger' } });
  emitLogs(logger, at, trace.setSpan(ROOT_CONTEXT, root));
  const measure = createInstruments(meters.getMeter(...SCOPE));
  for (let round = 1; round <= ROUNDS; round++) {
    measure(round);
    await meters.forceFlush();
  }
  await finish([tracers, meters, loggers], Object.values(exporters));
  return {
    protocol: protocolOf('traces'),
    warnings,
    ...describeTrace(exporters.traces.batches.flat()),
    metrics: exporters.metrics.batches.flatMap(describeMetrics),
    logs: exporters.logs.batches.flat().map(describeLog),
  };
});
