import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { RandomOtlp } from './random-otlp.js';

/** Export requests as senders and their mistakes make them. */
export class RandomTraces extends RandomOtlp {
  request(): Uint8Array {
    const resourceSpans = this.resources(() => this.#span()).map(({ scopes, ...resource }) => ({
      ...resource,
      scopeSpans: scopes.map(({ items, ...scope }) => ({ ...scope, spans: items })),
    }));
    return ExportTraceServiceRequest.encode(
      ExportTraceServiceRequest.fromPartial({ resourceSpans }),
    ).finish();
  }

  #span() {
    const { random } = this;
    const start = this.time();
    return {
      traceId: this.id(16),
      spanId: this.id(8),
      parentSpanId: random.chance(0.5) ? this.id(8) : Buffer.alloc(0),
      traceState: random.chance(0.1) ? this.text() : '',
      name: this.text(),
      kind: random.below(random.chance(this.faults) ? 300 : 6),
      startTimeUnixNano: start,
      endTimeUnixNano: start + BigInt(random.below(2 ** 40)) - (random.chance(0.1) ? 2n ** 35n : 0n),
      flags: random.chance(0.5) ? random.below(2 ** 32) : 0,
      attributes: this.attributes(),
      droppedAttributesCount: random.chance(0.2)
        ? random.below(random.chance(this.faults) ? 2 ** 32 : 2 ** 31)
        : 0,
      events: random.list(2, () => ({
        timeUnixNano: random.chance(0.9) ? this.time() : 0n,
        name: this.text(),
        attributes: this.attributes(),
      })),
      droppedEventsCount: random.chance(0.1) ? random.below(200) : 0,
      links: random.list(2, () => ({
        traceId: this.#linkId(16),
        spanId: this.#linkId(8),
        traceState: this.text(),
        attributes: this.attributes(),
      })),
      droppedLinksCount: random.chance(0.1) ? random.below(200) : 0,
      ...(random.chance(0.6) && {
        status: { code: random.below(random.chance(this.faults) ? 9 : 3), message: this.text() },
      }),
    };
  }

  #linkId(size: number): Buffer {
    return this.random.chance(0.2) ? Buffer.alloc(0) : this.id(size);
  }
}
