import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { TenantSlots, type TenantSlotsOptions } from './tenant-slots.js';

const never = new AbortController().signal;
const asked = (tenantId: number, signal: AbortSignal, value = 1) => ({
  ...{ tenantId, signal },
  limit: { value, name: 'query_max_concurrent of the tenant' },
});

const opened: MemoryKv[] = [];
function openKv(): MemoryKv {
  const kv = new MemoryKv();
  opened.push(kv);
  return kv;
}
afterEach(() => Promise.all(opened.splice(0).map((kv) => kv.close())));
const open = (options: Partial<TenantSlotsOptions> = {}) => new TenantSlots({ kv: openKv(), ...options });

/** A call that runs until it is told to end. */
function held() {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  let isRunning = false;
  const call = () => {
    isRunning = true;
    return done;
  };
  return { call, end: () => end(), isRunning: () => isRunning };
}
const runs = ({ isRunning }: ReturnType<typeof held>) => vi.waitFor(() => expect(isRunning()).toBe(true));

describe('slots of tenants', () => {
  it('let the next one in when one ends, in order, and leave other tenants alone', async () => {
    const slots = open();
    const first = held();
    const order: string[] = [];
    const running = [
      slots.run(asked(1, never), first.call).then(() => order.push('first')),
      slots.run(asked(1, never), async () => order.push('second')),
      slots.run(asked(1, never), async () => order.push('third')),
    ];
    expect(await slots.run(asked(2, never), async () => 'other')).toBe('other');
    expect(order).toEqual([]);
    first.end();
    await Promise.all(running);
    expect(order.sort()).toEqual(['first', 'second', 'third']);
    expect(await slots.run(asked(1, never), async () => 'again')).toBe('again');
  });

  it('give a slot back when a call fails', async () => {
    const slots = open();
    await expect(slots.run(asked(1, never), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(asked(1, never), async () => 'yes')).toBe('yes');
  });

  it('follow a limit that changes, also for those that wait', async () => {
    const slots = open();
    const calls = Array.from({ length: 4 }, held);
    const start = (index: number, limit: number) =>
      slots.run(asked(1, never, limit), () => calls[index]?.call() ?? Promise.resolve());
    const running = () => calls.filter(({ isRunning }) => isRunning()).length;
    const outcomes = [start(0, 1), start(1, 1)];
    await vi.waitFor(() => expect(running()).toBe(1));
    outcomes.push(start(2, 3));
    await vi.waitFor(() => expect(running()).toBe(3));
    const narrowed = start(3, 1);
    calls[1]?.end();
    calls[2]?.end();
    await Promise.all(outcomes.slice(1));
    expect(running()).toBe(3);
    calls[0]?.end();
    calls[3]?.end();
    await narrowed;
    expect(running()).toBe(4);
  });

  it('refuse who has waited too long, or finds too many waiting, and forget who goes away', async () => {
    const slots = open({ maxWaitMs: 20 });
    const first = held();
    const running = slots.run(asked(1, never), first.call);
    await runs(first);
    await expect(slots.run(asked(1, never), async () => {})).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 1000,
      message: expect.stringMatching(
        /1 queries running and 1 waiting; at most 1 run at a time \(query_max_concurrent of the tenant\)/,
      ),
    });
    const leaving = new AbortController();
    const waiting = Array.from({ length: 4 }, () => slots.run(asked(1, leaving.signal), async () => {}));
    const outcomes = Promise.allSettled(waiting);
    await expect(slots.run(asked(1, never), async () => {})).rejects.toMatchObject({
      ...{ code: 'rate_limited', message: expect.stringContaining('1 queries running and 4 waiting') },
    });
    leaving.abort();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    const next = slots.run(asked(1, never), async () => 'served');
    first.end();
    await running;
    expect(await next).toBe('served');
  });
});

describe('slots of tenants in several replicas', () => {
  it('are as many as the limit in all of them together', async () => {
    const kv = openKv();
    const replicas = Array.from({ length: 3 }, () => new TenantSlots({ kv }));
    let running = 0;
    let most = 0;
    const ask = (replica: TenantSlots) =>
      replica.run(asked(1, never, 2), async () => {
        running++;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
      });
    await Promise.all(replicas.flatMap((replica) => Array.from({ length: 8 }, () => ask(replica))));
    expect(most).toBe(2);
  });

  it('say how many run in all of them when there is no turn', async () => {
    const kv = openKv();
    const [here, there] = [new TenantSlots({ kv, maxWaitMs: 60 }), new TenantSlots({ kv })];
    const call = held();
    const running = there.run(asked(1, never), call.call);
    await runs(call);
    await expect(here.run(asked(1, never), async () => {})).rejects.toMatchObject({
      ...{ code: 'rate_limited', message: expect.stringContaining('1 queries running and 1 waiting') },
    });
    call.end();
    await running;
    expect(await here.run(asked(1, never), async () => 'served')).toBe('served');
  });

  it('are free again when a replica that held them has died, and not while it lives', async () => {
    const kv = openKv();
    const ttlMs = 300;
    const dead = 'a guest of a replica that died';
    await kv.takePlace({ room: 'query-slots:{1}', guest: dead, capacity: 1, ttlMs });
    const slots = new TenantSlots({ kv, ttlMs });
    const call = held();
    const running = slots.run(asked(1, never), call.call);
    await runs(call);
    const { expiresAtMs } = { expiresAtMs: Date.now() + 2 * ttlMs };
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(expiresAtMs), { timeout: 5_000 });
    expect(await kv.takePlace({ room: 'query-slots:{1}', guest: 'x', capacity: 1, ttlMs })).toMatchObject({
      isIn: false,
    });
    call.end();
    await running;
  });

  it('are counted by each replica for itself while the shared count is away', async () => {
    const away = () => Promise.reject(new AppError('unavailable', 'Shared state cannot be reached.'));
    const counts: boolean[] = [];
    const kv = { takePlace: away, leavePlace: away };
    const slots = new TenantSlots({ kv, maxWaitMs: 20, onCount: (isShared) => counts.push(isShared) });
    const call = held();
    const running = slots.run(asked(1, never), call.call);
    await runs(call);
    await expect(slots.run(asked(1, never), async () => {})).rejects.toMatchObject({ code: 'rate_limited' });
    call.end();
    await running;
    expect(new Set(counts)).toEqual(new Set([false]));
  });
});
