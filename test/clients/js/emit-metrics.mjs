// The metrics of the test client: every instrument of the SDK, with integers and doubles.
import { ValueType } from '@opentelemetry/api';
import { AggregationType } from '@opentelemetry/sdk-metrics';

/** Instruments whose names end so are aggregated into exponential histograms. */
export const VIEWS = [
  {
    instrumentName: '*.exponential',
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { recordMinMax: true } },
  },
  {
    instrumentName: '*.bare',
    aggregation: {
      type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
      options: { boundaries: [0, 0.5, 10], recordMinMax: false },
    },
  },
];

const EU = { region: 'eu', 'retry.count': 2, cached: false, share: 0.25, tags: ['a', 'b'] };
const US = { region: 'us' };
const int = (unit, description) => ({ unit, description, valueType: ValueType.INT });
const double = (unit, description) => ({ unit, description, valueType: ValueType.DOUBLE });

/** Makes the instruments. Returns what measures with them: `round` counts from 1, and no two rounds are alike. */
export function createInstruments(meter) {
  const state = { round: 0 };
  observe(meter, state);
  const orders = meter.createCounter('shop.orders', int('{order}', 'Orders placed'));
  const revenue = meter.createCounter('shop.revenue', double('EUR', 'Umsatz, 売上'));
  const carts = meter.createUpDownCounter('shop.carts', int('', 'Open carts'));
  const balance = meter.createUpDownCounter('shop.balance', double('EUR', ''));
  const threads = meter.createGauge('shop.threads', int('', 'Busy threads'));
  const temperature = meter.createGauge('shop.temperature', double('Cel', 'Of the rack'));
  const sizes = meter.createHistogram('shop.size', {
    ...int('By', 'Of bodies'),
    advice: { explicitBucketBoundaries: [10, 100, 1000] },
  });
  const durations = meter.createHistogram('shop.duration', double('s', 'Of requests'));
  const waits = meter.createHistogram('shop.wait.exponential', double('s', 'In the queue'));
  const bare = meter.createHistogram('shop.steps.bare', int('', 'Without least and most'));
  return (round) => {
    state.round = round;
    orders.add(round * 3, EU);
    orders.add(Number.MAX_SAFE_INTEGER - 5 * round, US);
    revenue.add(19.99 * round, EU);
    carts.add(round % 2 === 0 ? -7 : 4);
    balance.add(round === 1 ? -0.125 : 0.5, US);
    threads.record(8 - 16 * (round % 2));
    temperature.record(-273.15 + round, EU);
    for (const size of [1, 10, 11, 5000]) sizes.record(size * round, EU);
    for (const seconds of [0, 0.004, 0.3, 12.5]) durations.record(seconds * round, US);
    for (const seconds of [0, 1e-9, 0.5, 0.75, 1024]) waits.record(seconds * round, EU);
    for (const steps of [0, 1, 12]) bare.record(steps * round);
  };
}

function observe(meter, state) {
  const seen = meter.createObservableCounter('shop.seen', int('', 'Bodies seen'));
  seen.addCallback((result) => {
    result.observe(1000 * state.round, EU);
    result.observe(7 * state.round, US);
  });
  const used = meter.createObservableCounter('shop.cpu', double('s', 'Processor time'));
  used.addCallback((result) => result.observe(0.1 * state.round));
  const pool = meter.createObservableUpDownCounter('shop.pool', int('', 'Pooled connections'));
  pool.addCallback((result) => result.observe(20 - 15 * state.round));
  const level = meter.createObservableGauge('shop.level', double('1', 'Of the tank'));
  level.addCallback((result) => result.observe(1 / (state.round + 2), EU));
}
