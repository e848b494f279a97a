import { ExportMetricsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import type { KeyValue } from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { DOUBLES, INTEGERS, RandomOtlp } from './random-otlp.js';

const NAMES = ['http.server.duration', 'requests', 'ü', 'm'.repeat(200)];
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } }) as KeyValue;
/** Label sets that come again and again, also from one request to the next. */
const LABELS: readonly (readonly KeyValue[])[] = [
  [],
  [text('a', '1')],
  [text('a', '2'), text('b', 'x')],
  [text('b', 'x'), text('a', '2')],
  [text('a', '1'), text('a', '2'), text('b', 'x')],
];
/** In the order of the bits of an unsigned 64-bit number. */
const COUNTS = [0n, 1n, 127n, 128n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
const INT32 = [0, 1, -1, 63, -64, 2 ** 30, -(2 ** 31), 2 ** 31 - 1];

/** Export requests of all kinds of metrics, as senders and their mistakes make them. */
export class RandomMetrics extends RandomOtlp {
  request(): Uint8Array {
    const resourceMetrics = this.resources(() => this.#metric()).map(({ scopes, ...resource }) => ({
      ...resource,
      scopeMetrics: scopes.map(({ items, ...scope }) => ({ ...scope, metrics: items })),
    }));
    return ExportMetricsServiceRequest.encode(
      ExportMetricsServiceRequest.fromPartial({ resourceMetrics }),
    ).finish();
  }

  #metric() {
    const { random, faults } = this;
    return {
      name: random.chance(faults) ? '' : random.pick(NAMES),
      description: random.chance(0.3) ? this.text() : '',
      unit: random.pick(['', 's', 'By', '{ünit}']),
      ...(random.chance(0.95) && this.#data()),
      ...(random.chance(0.2) && { metadata: this.attributes() }),
    };
  }

  #data() {
    const { random } = this;
    const aggregationTemporality = random.below(random.chance(0.1) ? 300 : 3);
    const numbers = () => random.list(6, () => this.#numberPoint());
    return random.pick<() => object>([
      () => ({ gauge: { dataPoints: numbers() } }),
      () => ({ sum: { dataPoints: numbers(), aggregationTemporality, isMonotonic: random.chance(0.5) } }),
      () => ({
        histogram: { dataPoints: random.list(4, () => this.#histogramPoint()), aggregationTemporality },
      }),
      () => ({
        exponentialHistogram: {
          dataPoints: random.list(4, () => this.#exponentialPoint()),
          aggregationTemporality,
        },
      }),
      () => ({ summary: { dataPoints: random.list(4, () => this.#summaryPoint()) } }),
    ])();
  }

  #point() {
    const { random, faults } = this;
    return {
      timeUnixNano: this.time(),
      startTimeUnixNano: random.chance(faults) ? 2n ** 63n : random.pick([0n, this.time(), 2n ** 63n - 1n]),
      attributes: random.chance(0.6) ? [...random.pick(LABELS)] : this.attributes(),
      flags: random.chance(0.8) ? 0 : random.pick([1, 0x1_0000, 2 ** 32 - 1]),
    };
  }

  #numberPoint() {
    const { random } = this;
    const point = this.#point();
    const isGap = (point.flags & 1) === 1 && random.chance(0.7);
    return { ...point, ...(!isGap && this.#number()), exemplars: this.#exemplars() };
  }

  #number() {
    const { random, faults } = this;
    if (random.chance(faults)) return {};
    const asInt = random.pick([...INTEGERS, 2n ** 53n, -(2n ** 53n), -(2n ** 53n) - 1n]);
    const asDouble = random.pick(DOUBLES);
    return random.pick([{ asInt }, { asDouble }, { asInt, asDouble }]);
  }

  #exemplars() {
    const { random, faults } = this;
    const id = (size: number) => (random.chance(0.4) ? Buffer.alloc(0) : this.id(size));
    return random.list(random.chance(0.3) ? 3 : 0, () => ({
      timeUnixNano: random.chance(faults) ? 2n ** 63n : random.pick([0n, this.time(), 2n ** 63n - 1n]),
      ...this.#number(),
      traceId: id(16),
      spanId: id(8),
      filteredAttributes: this.attributes(),
    }));
  }

  #distribution() {
    const { random } = this;
    return {
      ...this.#point(),
      count: random.pick(COUNTS),
      ...(random.chance(0.7) && { sum: random.pick(DOUBLES) }),
      ...(random.chance(0.5) && { min: random.pick(DOUBLES) }),
      ...(random.chance(0.5) && { max: random.pick(DOUBLES) }),
      exemplars: this.#exemplars(),
    };
  }

  #histogramPoint() {
    const { random, faults } = this;
    const steps = random.list(12, () => random.next() * 10 + 1e-9);
    let bound = random.pick([-Infinity, -5, -0, 0, 1e-300]);
    const bounds = steps.map((step) => {
      const before = bound;
      bound = before === -Infinity ? -1 : before + step;
      return before;
    });
    if (random.chance(faults)) bounds.push(random.pick([Number.NaN, -1e9]));
    const hasNone = bounds.length === 0 && random.chance(0.5);
    const buckets = (hasNone ? 0 : bounds.length + 1) + (random.chance(faults) ? 1 : 0);
    return {
      ...this.#distribution(),
      explicitBounds: bounds,
      bucketCounts: Array.from({ length: buckets }, () => random.pick(COUNTS)),
    };
  }

  #exponentialPoint() {
    const { random } = this;
    const buckets = () => ({
      offset: random.pick(INT32),
      bucketCounts: random.list(20, () => random.pick(COUNTS)),
    });
    return {
      ...this.#distribution(),
      scale: random.pick(INT32),
      zeroCount: random.pick(COUNTS),
      zeroThreshold: random.pick(DOUBLES),
      ...(random.chance(0.8) && { positive: buckets() }),
      ...(random.chance(0.4) && { negative: buckets() }),
    };
  }

  #summaryPoint() {
    const { random, faults } = this;
    return {
      ...this.#point(),
      count: random.pick(COUNTS),
      sum: random.pick(DOUBLES),
      quantileValues: random.list(4, () => ({
        quantile: random.chance(faults) ? random.pick([1.5, -0.1, Number.NaN]) : random.pick([0, 0.5, 1, -0]),
        value: random.pick(DOUBLES),
      })),
    };
  }
}
