import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { KvLocks } from './kv-locks.js';

let kv: MemoryKv;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  kv = new MemoryKv();
});
afterEach(async () => {
  await kv.close();
  vi.useRealTimers();
});

it('has one holder at a time, with a number that grows', async () => {
  const [one, other] = [new KvLocks(kv), new KvLocks(kv)];
  const first = await one.tryAcquire('loop');
  expect(await other.tryAcquire('loop')).toBeUndefined();
  await first?.release();
  const second = await other.tryAcquire('loop');
  expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
  await expect(first?.verify()).rejects.toMatchObject({ code: 'unavailable' });
  await second?.verify();
  await second?.release();
});

it('is kept for as long as its holder lives', async () => {
  const lease = await new KvLocks(kv).tryAcquire('loop');
  await vi.advanceTimersByTimeAsync(120_000);
  await lease?.verify();
  expect(await new KvLocks(kv).tryAcquire('loop')).toBeUndefined();
  await lease?.release();
});

it('is lost before the store forgets it when it cannot be renewed, and is not taken from its next holder', async () => {
  const lease = await new KvLocks(kv).tryAcquire('loop');
  vi.spyOn(kv, 'acquireLock').mockRejectedValue(new Error('away'));
  await vi.advanceTimersByTimeAsync(10_001);
  expect(lease?.signal.aborted).toBe(true);
  vi.restoreAllMocks();
  expect(await new KvLocks(kv).tryAcquire('loop')).toBeUndefined();
  await vi.advanceTimersByTimeAsync(5_000);
  const next = await new KvLocks(kv).tryAcquire('loop');
  await lease?.release();
  await next?.verify();
  await next?.release();
});

it('queues callers of one process, and goes on after one that failed', async () => {
  const locks = new KvLocks(kv);
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    if (name === 'a') throw new Error('of a');
  };
  const [a, b] = await Promise.allSettled([
    locks.run('x', never, work('a')),
    locks.run('x', never, work('b')),
  ]);
  expect([a.status, b.status]).toEqual(['rejected', 'fulfilled']);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
});

it('is refused after a while to one who waits for another process', async () => {
  const lease = await new KvLocks(kv).tryAcquire('x');
  const waiting = new KvLocks(kv).run('x', never, async () => 'never').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await waiting).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
  await lease?.release();
});
