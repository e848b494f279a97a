// Sends one known trace with the OpenTelemetry JS SDK, configured by OTEL_* variables alone, and prints as JSON what it
// sent. Exit code 0 only if the exporter reported success; otherwise one line on stderr.
import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describeTrace } from './describe-trace.mjs';

const EXPORTERS = { 'http/protobuf': ProtobufExporter, 'http/json': JsonExporter };

function chooseProtocol(env) {
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (protocol in EXPORTERS) return protocol;
  throw new Error(
    `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", expected ${Object.keys(EXPORTERS).join(' or ')}`,
  );
}

/** Passes spans on and keeps them with the outcome, which the SDK itself only logs. */
class RecordingExporter {
  spans = [];
  failure;
  #inner;

  constructor(inner) {
    this.#inner = inner;
  }

  export(spans, done) {
    this.spans.push(...spans);
    this.#inner.export(spans, (result) => {
      if (result.code !== 0) this.failure = result.error ?? new Error('export failed without a reason');
      done(result);
    });
  }

  forceFlush() {
    return this.#inner.forceFlush?.() ?? Promise.resolve();
  }

  shutdown() {
    return this.#inner.shutdown();
  }
}

const EVERY_KIND = {
  'app.text': 'grüße, 東京 🚀',
  'app.empty': '',
  'app.int': 42,
  'app.int.max': Number.MAX_SAFE_INTEGER,
  'app.int.negative': -7,
  'app.double': 0.1,
  'app.double.tiny': 1.5e-300,
  'app.bool': true,
  'app.bool.false': false,
  'app.texts': ['a', 'b c', 'é'],
  'app.ints': [1, 2, -3],
  'app.doubles': [1.5, -2.25],
  'app.bools': [true, false, true],
};

const LINKED_CONTEXT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};

// Times are set by hand: the SDK starts a span on a whole millisecond, and these nanoseconds must survive exactly.
function clockFrom(startMs) {
  const seconds = Math.floor(startMs / 1000);
  return (offsetNanos) => [seconds, offsetNanos];
}

function emitTrace(tracer, at) {
  const root = tracer.startSpan(
    'POST /checkout',
    {
      kind: SpanKind.SERVER,
      startTime: at(1),
      attributes: EVERY_KIND,
      links: [{ context: LINKED_CONTEXT, attributes: { 'link.reason': 'retry', 'link.attempt': 2 } }],
    },
    ROOT_CONTEXT,
  );
  emitChildren(tracer, at, trace.setSpan(ROOT_CONTEXT, root));
  root.end(at(120_000_003));
}

function emitChildren(tracer, at, parent) {
  const query = tracer.startSpan(
    'SELECT cart',
    { kind: SpanKind.CLIENT, startTime: at(5_000_007), attributes: { 'db.system': 'postgresql' } },
    parent,
  );
  const rows = { 'rows.count': 3, 'rows.cached': false, 'rows.cost': 1.25, 'rows.tables': ['cart', 'item'] };
  query.addEvent('rows.fetched', rows, at(20_000_011));
  query.setStatus({ code: SpanStatusCode.OK });
  query.end(at(30_123_456));

  const payment = tracer.startSpan(
    'charge card',
    { kind: SpanKind.INTERNAL, startTime: at(40_000_000), attributes: { 'payment.amount': 19.99 } },
    parent,
  );
  payment.recordException(new RangeError('card declined'), at(99_999_999));
  payment.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
  payment.end(at(100_000_001));
}

/** The SDK tells of partial success and of wrong settings only by its own log. */
function collectWarnings() {
  const warnings = [];
  const keep = (...parts) => warnings.push(parts.map(String).join(' '));
  const ignore = () => {};
  diag.setLogger(
    { error: keep, warn: keep, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  );
  return warnings;
}

async function main() {
  const warnings = collectWarnings();
  const protocol = chooseProtocol(process.env);
  const exporter = new RecordingExporter(new EXPORTERS[protocol]());
  const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  emitTrace(provider.getTracer('shop.checkout', '1.2.3'), clockFrom(Date.now() - 1000));
  await provider.forceFlush().catch((error) => {
    exporter.failure ??= error;
  });
  await provider.shutdown();
  if (exporter.failure) throw exporter.failure;
  if (exporter.spans.length === 0)
    throw new Error('nothing was exported: is OTEL_TRACES_SAMPLER or OTEL_SDK_DISABLED set?');
  console.log(JSON.stringify({ protocol, warnings, ...describeTrace(exporter.spans) }, undefined, 2));
}

main().catch((error) => {
  const code = error?.code === undefined ? '' : ` (${error.code})`;
  const reason = String(error?.message || error).replace(/\s+/g, ' ');
  console.error(`send-trace: ${reason}${code}`);
  process.exitCode = 1;
});
