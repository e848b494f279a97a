import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { AnyValue, KeyValue } from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Random } from './random.js';

const TEXTS = [
  '',
  'GET',
  'GET /cart',
  'ünïcode 東京 🚀',
  'x'.repeat(127),
  'y'.repeat(128),
  'z'.repeat(300),
  'a=b,c',
  '\u0000\n\t"',
];
const KEYS = ['http.route', 'http.method', 'a', 'ä', '', 'zz', 'user.id', 'service.name', 'k'.repeat(130)];
const INTEGERS = [
  0n,
  1n,
  127n,
  128n,
  200n,
  -1n,
  2n ** 31n,
  2n ** 49n - 1n,
  2n ** 49n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [
  0,
  -0,
  0.1,
  1e300,
  5e-324,
  1e21,
  -1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const NANOS_PER_DAY = 86_400_000_000_000n;

/** Export requests as senders and their mistakes make them; `faults` is how often something in them must be refused. */
export class RandomTraces {
  readonly #random: Random;
  readonly #nowUnixNano: bigint;
  readonly #faults: number;

  constructor(random: Random, nowUnixNano: bigint, faults: number) {
    this.#random = random;
    this.#nowUnixNano = nowUnixNano;
    this.#faults = faults;
  }

  request(): Uint8Array {
    const resourceSpans = this.#random.list(3, () => this.#resourceSpans());
    return ExportTraceServiceRequest.encode(
      ExportTraceServiceRequest.fromPartial({ resourceSpans }),
    ).finish();
  }

  #resourceSpans() {
    const random = this.#random;
    return {
      ...(random.chance(0.9) && { resource: { attributes: this.#attributes() } }),
      scopeSpans: random.list(3, () => ({
        ...(random.chance(0.8) && {
          scope: { name: this.#text(), version: this.#text(), attributes: this.#attributes() },
        }),
        spans: random.list(6, () => this.#span()),
        schemaUrl: random.chance(0.3) ? this.#text() : '',
      })),
      schemaUrl: random.chance(0.3) ? this.#text() : '',
    };
  }

  #span() {
    const random = this.#random;
    const start = this.#time();
    return {
      traceId: this.#id(16),
      spanId: this.#id(8),
      parentSpanId: random.chance(0.5) ? this.#id(8) : Buffer.alloc(0),
      traceState: random.chance(0.1) ? this.#text() : '',
      name: this.#text(),
      kind: random.below(random.chance(this.#faults) ? 300 : 6),
      startTimeUnixNano: start,
      endTimeUnixNano: start + BigInt(random.below(2 ** 40)) - (random.chance(0.1) ? 2n ** 35n : 0n),
      flags: random.chance(0.5) ? random.below(2 ** 32) : 0,
      attributes: this.#attributes(),
      droppedAttributesCount: random.chance(0.2)
        ? random.below(random.chance(this.#faults) ? 2 ** 32 : 2 ** 31)
        : 0,
      events: random.list(2, () => ({
        timeUnixNano: random.chance(0.9) ? this.#time() : 0n,
        name: this.#text(),
        attributes: this.#attributes(),
      })),
      droppedEventsCount: random.chance(0.1) ? random.below(200) : 0,
      links: random.list(2, () => ({
        traceId: this.#linkId(16),
        spanId: this.#linkId(8),
        traceState: this.#text(),
        attributes: this.#attributes(),
      })),
      droppedLinksCount: random.chance(0.1) ? random.below(200) : 0,
      ...(random.chance(0.6) && {
        status: { code: random.below(random.chance(this.#faults) ? 9 : 3), message: this.#text() },
      }),
    };
  }

  #id(size: number): Buffer {
    if (!this.#random.chance(this.#faults)) return this.#random.bytes(size);
    return this.#random.pick([Buffer.alloc(size), Buffer.alloc(0), this.#random.bytes(size - 1)]);
  }

  #linkId(size: number): Buffer {
    return this.#random.chance(0.2) ? Buffer.alloc(0) : this.#id(size);
  }

  /** Mostly now, at times another day, the bounds of the accept window to the nanosecond, or far outside. */
  #time(): bigint {
    const random = this.#random;
    const now = this.#nowUnixNano;
    if (random.chance(0.8)) return now - BigInt(random.below(1e12));
    if (random.chance(0.5)) return now - BigInt(random.below(29)) * NANOS_PER_DAY;
    const edges = [
      30n * NANOS_PER_DAY,
      30n * NANOS_PER_DAY - 1n,
      now % NANOS_PER_DAY,
      (now % NANOS_PER_DAY) + 1n,
    ];
    const outside = [
      30n * NANOS_PER_DAY + 1n,
      -3_600_000_000_000n,
      -3_600_000_000_001n,
      now,
      400n * NANOS_PER_DAY,
      now - 2n ** 63n,
    ];
    return now - random.pick(random.chance(this.#faults) ? outside : edges);
  }

  #text(): string {
    return this.#random.pick(TEXTS);
  }

  #attributes(): KeyValue[] {
    const keyed = (): KeyValue =>
      ({
        key: this.#random.pick(KEYS),
        value: this.#random.chance(0.95) ? this.#value(0) : undefined,
      }) as KeyValue;
    return this.#random.list(this.#random.chance(0.05) ? 80 : 8, keyed);
  }

  #value(depth: number): AnyValue {
    const random = this.#random;
    if (depth < 3 && random.chance(0.1))
      return { arrayValue: { values: random.list(3, () => this.#value(depth + 1)) } } as AnyValue;
    if (depth < 3 && random.chance(0.1)) {
      const values = random.list(3, () => ({ key: random.pick(KEYS), value: this.#value(depth + 1) }));
      return { kvlistValue: { values } } as AnyValue;
    }
    return random.pick<() => AnyValue>([
      () => ({ stringValue: this.#text() }) as AnyValue,
      () => ({ intValue: random.pick(INTEGERS) }) as AnyValue,
      () => ({ doubleValue: random.pick(DOUBLES) }) as AnyValue,
      () => ({ boolValue: random.chance(0.5) }) as AnyValue,
      () => ({ bytesValue: random.bytes(random.below(20)) }) as AnyValue,
      () => ({}) as AnyValue,
    ])();
  }
}
