import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import type { WindowRequest } from '../../../lib/kv/window.js';
import { testServiceContext } from '../../../test/_util/service-context.js';
import { RateLimiter } from './rate-limiter.js';
import { rateLimitsOf } from './rate-limits.js';
import { Windows } from './windows.js';

/** A shared store that can be taken away; what it keeps stays, as in a Redis that was only out of reach. */
class FickleKv extends MemoryKv {
  isAway = false;

  override spendWindow(request: WindowRequest) {
    return this.isAway ? Promise.reject(new AppError('unavailable', 'away')) : super.spendWindow(request);
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

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_500 });
  kv = new FickleKv();
  isLocal = [];
});
afterEach(async () => {
  await kv.close();
  vi.useRealTimers();
});

function replica(replicas: number): RateLimiter {
  const { logger } = testServiceContext();
  const windows = new Windows({ shared: kv, logger, onLocal: (local) => isLocal.push(local) });
  return new RateLimiter({ windows, signalPercent: 100, replicas });
}

/** Bytes that get in, one request after the other, until one is refused. */
async function fill(limiter: RateLimiter, requestBytes = 100): Promise<number> {
  for (let bytes = 0; ; bytes += requestBytes) {
    const request = { needBytes: requestBytes, waitingBytes: 0, wantedBytes: 0, wantedItems: 0 };
    if ('refused' in (await limiter.lease(account, request))) return bytes;
    if (bytes > 10 * LIMIT) throw new RangeError('nothing is ever refused');
  }
}

it('lets every replica enforce its share while the shared windows are away', async () => {
  kv.isAway = true;
  expect(await fill(replica(4))).toBe(LIMIT / 4);
  expect(isLocal).toEqual([true]);
});

it('counts what was let in before when the shared windows go away', async () => {
  const only = replica(1);
  expect(await fill(only)).toBe(LIMIT);
  kv.isAway = true;
  expect(await fill(only)).toBe(0);
});

it('comes back without a spike: what was let in meanwhile counts for all', async () => {
  const [one, other] = [replica(2), replica(2)];
  kv.isAway = true;
  expect((await fill(one)) + (await fill(other))).toBe(LIMIT);
  kv.isAway = false;
  expect(await fill(one)).toBe(LIMIT / 2);
  expect(await fill(other)).toBe(0);
  expect(await fill(one)).toBe(0);
  expect(isLocal).toEqual([true, true, false, false]);
});

it('gives back to the window that it was taken from', async () => {
  const limiter = replica(1);
  const request = { needBytes: 4_000, waitingBytes: 0, wantedBytes: 0, wantedItems: 0 };
  const answer = await limiter.lease(account, request);
  if (!('lease' in answer)) throw new Error('refused');
  await vi.advanceTimersByTimeAsync(2_000);
  await limiter.giveBack(account, { ...answer.lease, bytes: 3_000 });
  expect(await fill(limiter)).toBe(9_000);
});
