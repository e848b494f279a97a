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
export const INTEGERS = [
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
export const DOUBLES = [
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

/** What the export requests of all signals are made of; `faults` is how often something in them must be refused. */
export class RandomOtlp {
  protected readonly random: Random;
  protected readonly nowUnixNano: bigint;
  protected readonly faults: number;

  constructor(random: Random, nowUnixNano: bigint, faults: number) {
    this.random = random;
    this.nowUnixNano = nowUnixNano;
    this.faults = faults;
  }

  /** Resources, each with its scopes, each with its items; some come again. */
  protected resources<T>(item: () => T) {
    const { random } = this;
    const resource = this.#sometimesAgain(() => ({ attributes: this.attributes() }));
    const scope = this.#sometimesAgain(() => ({
      name: this.text(),
      version: this.text(),
      attributes: this.attributes(),
    }));
    return random.list(3, () => ({
      ...(random.chance(0.9) && { resource: resource() }),
      scopes: random.list(3, () => ({
        ...(random.chance(0.8) && { scope: scope() }),
        items: random.list(6, item),
        schemaUrl: random.chance(0.3) ? this.text() : '',
      })),
      schemaUrl: random.chance(0.3) ? this.text() : '',
    }));
  }

  #sometimesAgain<T>(make: () => T): () => T {
    const made: T[] = [];
    return () => {
      if (made.length === 0 || !this.random.chance(0.3)) made.push(make());
      return this.random.pick(made);
    };
  }

  protected id(size: number): Buffer {
    if (!this.random.chance(this.faults)) return this.random.bytes(size);
    return this.random.pick([Buffer.alloc(size), Buffer.alloc(0), this.random.bytes(size - 1)]);
  }

  /** Mostly now, at times another day, the bounds of the accept window to the nanosecond, or far outside. */
  protected time(): bigint {
    const { random } = this;
    const now = this.nowUnixNano;
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
    return now - random.pick(random.chance(this.faults) ? outside : edges);
  }

  protected text(): string {
    return this.random.pick(TEXTS);
  }

  protected attributes(): KeyValue[] {
    const keyed = (): KeyValue =>
      ({
        key: this.random.pick(KEYS),
        value: this.random.chance(0.95) ? this.value(0) : undefined,
      }) as KeyValue;
    return this.random.list(this.random.chance(0.05) ? 80 : 8, keyed);
  }

  protected value(depth: number): AnyValue {
    const { random } = this;
    if (depth < 3 && random.chance(0.1))
      return { arrayValue: { values: random.list(3, () => this.value(depth + 1)) } } as AnyValue;
    if (depth < 3 && random.chance(0.1)) {
      const values = random.list(3, () => ({ key: random.pick(KEYS), value: this.value(depth + 1) }));
      return { kvlistValue: { values } } as AnyValue;
    }
    return random.pick<() => AnyValue>([
      () => ({ stringValue: this.text() }) as AnyValue,
      () => ({ intValue: random.pick(INTEGERS) }) as AnyValue,
      () => ({ doubleValue: random.pick(DOUBLES) }) as AnyValue,
      () => ({ boolValue: random.chance(0.5) }) as AnyValue,
      () => ({ bytesValue: random.bytes(random.below(20)) }) as AnyValue,
      () => ({}) as AnyValue,
    ])();
  }
}
