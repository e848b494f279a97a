import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryKv } from '../lib/kv/memory-kv.js';
import type { ReceivedSignal } from '../services/otlp-receiver/admission/admission.js';
import { ExactWindow } from './_util/exact-window.js';
import { Random } from './_util/random.js';
import { type Export, openFleet } from './_util/rate-limit-fleet.js';

const RECEIVERS = 4;
const WINDOW_SECONDS = 10;

interface Load {
  readonly name: string;
  readonly seconds: number;
  /** The next request and how long after the one before it comes. */
  next(random: Random, second: number): Export & { readonly afterMs: number };
}

const SIGNALS: readonly ReceivedSignal[] = ['traces', 'metrics', 'logs'];

/** A mean gap for so many requests a second, spread as independent senders are. */
const gap = (random: Random, perSecond: number) => (-Math.log(1 - random.next()) * 1000) / perSecond;

const request = (random: Random, bytes: number) => ({
  receiver: random.below(RECEIVERS),
  signal: random.pick(SIGNALS),
  bytes,
  items: 1 + Math.floor(bytes / 200),
});

/** Against a limit of 1,000,000 bytes a second. */
const LOADS: readonly Load[] = [
  {
    name: 'half of the limit, steady',
    seconds: 60,
    next: (random) => ({ ...request(random, 2_000 + random.below(6_000)), afterMs: gap(random, 100) }),
  },
  {
    name: 'twice the limit, steady',
    seconds: 90,
    next: (random) => ({ ...request(random, 10_000 + random.below(20_000)), afterMs: gap(random, 100) }),
  },
  {
    name: 'small and large requests of many senders, phases of half and of four times the limit',
    seconds: 160,
    next: (random, second) => ({
      ...request(random, random.chance(0.1) ? 100_000 + random.below(100_000) : 500 + random.below(3_000)),
      afterMs: gap(random, second % 40 < 20 ? 30 : 240),
    }),
  },
  {
    name: 'one loud receiver beside three quiet ones',
    seconds: 90,
    next: (random) => ({
      ...request(random, 12_000 + random.below(12_000)),
      receiver: random.chance(0.9) ? 0 : random.below(RECEIVERS),
      afterMs: gap(random, 100),
    }),
  },
];

const LIMITS = { bytesPerSecond: 1_000_000, burstBytes: 1_000_000 * WINDOW_SECONDS, itemsPerSecond: 100_000 };

async function replay(load: Load, seed: number, limits = LIMITS) {
  const random = new Random(seed);
  const fleet = openFleet({ kv: new MemoryKv(), limits, receivers: RECEIVERS, gatekeepers: 2 });
  const perWindow = [limits.bytesPerSecond * WINDOW_SECONDS, limits.itemsPerSecond * WINDOW_SECONDS];
  const exact = new ExactWindow(WINDOW_SECONDS * 1000, perWindow);
  const measured = new ExactWindow(WINDOW_SECONDS * 1000, perWindow);
  const sums = { exact: [0, 0], ours: [0, 0], peak: 0 };
  const startMs = Date.now();
  const running: Promise<void>[] = [];
  let carryMs = 0;
  while (Date.now() - startMs < load.seconds * 1000) {
    const { afterMs, ...sent } = load.next(random, (Date.now() - startMs) / 1000);
    carryMs += afterMs;
    await vi.advanceTimersByTimeAsync(Math.floor(carryMs));
    carryMs -= Math.floor(carryMs);
    const amounts = [sent.bytes, sent.items];
    const add = (to: number[]) =>
      amounts.forEach((amount, unit) => {
        to[unit] = (to[unit] ?? 0) + amount;
      });
    if (exact.admit(amounts, Date.now())) add(sums.exact);
    const admitted = fleet.send(sent).then((isIn) => {
      if (!isIn) return;
      add(sums.ours);
      sums.peak = Math.max(sums.peak, (measured.add(amounts, Date.now())[0] ?? 0) / (perWindow[0] ?? 1));
    });
    running.push(admitted);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(running);
  await fleet.close();
  return { ...sums, callsPerSecond: fleet.calls.admit / load.seconds };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_003_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Leases of four receivers against the exact window', () => {
  it.each(LOADS)('$name', { timeout: 120_000 }, async (load) => {
    const { exact, ours, peak, callsPerSecond } = await replay(load, 11);
    const [exactBytes = 0] = exact;
    const [ourBytes = 0] = ours;
    expect(Math.abs(ourBytes / exactBytes - 1)).toBeLessThan(0.02);
    // What docs/operations.md promises of any single window, and of the questions that twelve purses ask.
    expect(peak).toBeLessThan(1.15);
    expect(callsPerSecond).toBeLessThan(12 * 20);
  });
});
