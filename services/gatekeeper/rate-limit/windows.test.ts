import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import type { WindowRequest } from '../../../lib/kv/window.js';
import { testServiceContext } from '../../../test/_util/service-context.js';
import { type RateAccount, RateLimiter } from './rate-limiter.js';
import { rateLimitsOf } from './rate-limits.js';
import { Windows } from './windows.js';

/** A shared store that can be taken away, and come back with what it kept or empty. */
class FickleKv extends MemoryKv {
  #inside = new MemoryKv();
  #isAway = false;
  #losses = 0;

  override get interruptions() {
    return this.#losses;
  }

  leave() {
    this.#isAway = true;
    this.#losses += 1;
  }

  return({ isEmpty = false } = {}) {
    if (isEmpty) this.#inside = new MemoryKv();
    this.#isAway = false;
  }

  override spendWindow(request: WindowRequest) {
    return this.#isAway
      ? Promise.reject(new AppError('unavailable', 'away'))
      : this.#inside.spendWindow(request);
  }
}

const LIMIT = 10_000;
const account = {
  tenantId: 22,
  signal: 'traces' as const,
  limits: rateLimitsOf({ ingestBytesPerSecond: 1_000n, ingestBurstBytes: BigInt(LIMIT) }),
};
let kv: FickleKv;
let isLocal: boolean[];
const closers: Windows[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_500 });
  kv = new FickleKv();
  isLocal = [];
});
afterEach(async () => {
  for (const windows of closers.splice(0)) windows.close();
  await kv.close();
  vi.useRealTimers();
});

const ask = (needBytes: number) => ({ needBytes, waitingBytes: 0, wantedBytes: 0, wantedItems: 0 });

function replica(replicas: number): RateLimiter {
  const { logger } = testServiceContext();
  const windows = new Windows({
    shared: kv,
    logger,
    replicas,
    onLocal: (local) => isLocal.push(local),
  });
  closers.push(windows);
  return new RateLimiter({ windows, signalPercent: 100 });
}

/** Bytes that get in, one request after the other, until one is refused. */
async function fill(limiter: RateLimiter, requestBytes = 100, whose: RateAccount = account): Promise<number> {
  for (let bytes = 0; ; bytes += requestBytes) {
    if ('refused' in (await limiter.lease(whose, ask(requestBytes)))) return bytes;
    if (bytes > 10 * LIMIT) throw new RangeError('nothing is ever refused');
  }
}

it('lets every replica enforce its share while the shared windows are away', async () => {
  kv.leave();
  expect(await fill(replica(4))).toBe(LIMIT / 4);
  expect(isLocal).toEqual([true]);
});

it('counts what everybody was granted before when the shared windows go away', async () => {
  const [one, other] = [replica(2), replica(2)];
  for (let bytes = 0; bytes < LIMIT / 2; bytes += 100) await one.lease(account, ask(100));
  await other.lease(account, ask(1_000));
  await one.lease(account, ask(1_000));
  kv.leave();
  // Of 3,000 that were left each takes half; the other one has not seen the last 1,000, and takes half of them too much.
  expect(await fill(one)).toBe(1_500);
  expect(await fill(other)).toBe(2_000);
});

it.each([{ isEmpty: false }, { isEmpty: true }])(
  'comes back without a spike, also when everything was lost meanwhile (%o)',
  async (how) => {
    const [one, other] = [replica(2), replica(2)];
    let bytes = 0;
    for (; bytes < LIMIT / 2; bytes += 200)
      for (const limiter of [one, other])
        expect(await limiter.lease(account, ask(100))).toHaveProperty('lease');
    kv.leave();
    bytes += (await fill(one)) + (await fill(other));
    expect(bytes).toBeGreaterThan(LIMIT * 0.95);
    kv.return(how);
    // Whoever comes first, before the others noticed, and all of them afterwards.
    for (let passedMs = 0; passedMs < 4_500; passedMs += 300) {
      bytes += (await fill(one)) + (await fill(other));
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(bytes).toBeLessThanOrEqual(LIMIT);
    expect(isLocal).toEqual([true, true, false, false]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await fill(one)) + (await fill(other))).toBe(LIMIT);
  },
);

it('notices that the shared windows were lost though it never met them away', async () => {
  const [busy, idle] = [replica(2), replica(2)];
  expect(await fill(busy)).toBe(LIMIT);
  kv.return({ isEmpty: true });
  expect(await fill(busy)).toBe(0);
  expect(await fill(idle)).toBe(0);
});

it('refuses nothing for good that is only too much for one replica alone', async () => {
  kv.leave();
  expect(await replica(4).lease(account, ask(LIMIT / 2))).toMatchObject({
    refused: { waitMs: account.limits.windowMs },
  });
  expect(await replica(4).lease(account, ask(LIMIT + 1))).toMatchObject({
    refused: { waitMs: Number.POSITIVE_INFINITY },
  });
});

it('holds each signal to a rate of its own within the common one', async () => {
  const limits = rateLimitsOf({
    ingestBytesPerSecond: 1_000n,
    ingestBurstBytes: BigInt(LIMIT),
    logsIngestBytesPerSecond: 300n,
    metricsIngestItemsPerSecond: 2n,
  });
  const limiter = replica(1);
  const fillOf = (signal: 'traces' | 'logs') => fill(limiter, 100, { ...account, signal, limits });
  expect([await fillOf('logs'), await fillOf('traces')]).toEqual([3_000, 7_000]);
  const metrics = { ...account, tenantId: 23, signal: 'metrics' as const, limits };
  const answer = await limiter.lease(metrics, { ...ask(1), wantedItems: 1_000 });
  expect(answer).toMatchObject({ lease: { items: 10 } });
  expect(await limiter.lease({ ...metrics, tenantId: 24 }, { ...ask(1), wantedItems: 10 })).toHaveProperty(
    'lease',
  );
});

it('gives back to the window that it was taken from', async () => {
  const limiter = replica(1);
  const answer = await limiter.lease(account, ask(4_000));
  if (!('lease' in answer)) throw new Error('refused');
  await vi.advanceTimersByTimeAsync(2_000);
  await limiter.giveBack(account, { ...answer.lease, bytes: 3_000 });
  expect(await fill(limiter)).toBe(9_000);
});
