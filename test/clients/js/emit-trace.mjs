// The trace of the test client: attributes of every kind, events, an exception, a link, an error.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';

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

/** Times are set by hand: the SDK starts a span on a whole millisecond, and these nanoseconds must survive exactly. */
export function clockFrom(startMs) {
  const seconds = Math.floor(startMs / 1000);
  return (offsetNanos) => [seconds, offsetNanos];
}

/** One trace of three spans. Returns its root, which has ended. */
export function emitTrace(tracer, at) {
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
  return root;
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
