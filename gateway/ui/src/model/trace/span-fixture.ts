import type { Span } from '../trace.js';

/** A span with plain values for unit tests; `parent` '' makes a root. */
export function testSpan(
  spanId: string,
  parentSpanId: string,
  startNano = 0,
  more: Partial<Span> = {},
): Span {
  return {
    spanId,
    parentSpanId,
    startUnixNano: 1_927_857_906_000_000_000n + BigInt(startNano),
    durationNano: 10,
    serviceName: 'shop',
    operation: `op ${spanId}`,
    kind: 'SPAN_KIND_INTERNAL',
    isError: false,
    statusCode: 'STATUS_CODE_UNSET',
    statusMessage: '',
    scopeName: '',
    scopeVersion: '',
    attributes: {},
    resourceAttributes: {},
    events: [],
    links: [],
    extra: {},
    ...more,
  };
}
