// Sends one known trace with the OpenTelemetry JS SDK, configured by OTEL_* variables alone, and prints as JSON what it
// sent. Exit code 0 only if the exporter reported success; otherwise one line on stderr.
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describeTrace } from './describe-trace.mjs';
import { clockFrom, emitTrace } from './emit-trace.mjs';
import {
  collectWarnings,
  finish,
  protocolOf,
  RecordingExporter,
  report,
  resourceFromEnv,
} from './exporters.mjs';

report('send-trace', async () => {
  const warnings = collectWarnings();
  const exporter = new RecordingExporter('traces');
  const provider = new NodeTracerProvider({
    resource: resourceFromEnv(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  emitTrace(provider.getTracer('shop.checkout', '1.2.3'), clockFrom(Date.now() - 1000));
  await finish([provider], [exporter]);
  return { protocol: protocolOf('traces'), warnings, ...describeTrace(exporter.batches.flat()) };
});
