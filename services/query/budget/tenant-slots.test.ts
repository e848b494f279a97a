import { describe, expect, it } from 'vitest';
import { TenantSlots } from './tenant-slots.js';

const never = new AbortController().signal;

/** A call that runs until it is told to end. */
function held() {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { call: () => done, end: () => end() };
}

describe('slots of tenants', () => {
  it('let the next one in when one ends, in order, and leave other tenants alone', async () => {
    const slots = new TenantSlots({ perTenant: 1, maxWaitMs: 60_000 });
    const first = held();
    const order: string[] = [];
    const running = [
      slots.run(1, never, first.call).then(() => order.push('first')),
      slots.run(1, never, async () => order.push('second')),
      slots.run(1, never, async () => order.push('third')),
    ];
    expect(await slots.run(2, never, async () => 'other')).toBe('other');
    expect(order).toEqual([]);
    first.end();
    await Promise.all(running);
    expect(order.sort()).toEqual(['first', 'second', 'third']);
    expect(await slots.run(1, never, async () => 'again')).toBe('again');
  });

  it('give a slot back when a call fails', async () => {
    const slots = new TenantSlots({ perTenant: 1, maxWaitMs: 60_000 });
    await expect(slots.run(1, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(1, never, async () => 'yes')).toBe('yes');
  });

  it('refuse who has waited too long, or finds too many waiting, and forget who goes away', async () => {
    const slots = new TenantSlots({ perTenant: 1, maxWaitMs: 20 });
    const first = held();
    const running = slots.run(1, never, first.call);
    await expect(slots.run(1, never, async () => {})).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 1000,
      message: expect.stringContaining('1 queries running'),
    });
    const leaving = new AbortController();
    const waiting = Array.from({ length: 4 }, () => slots.run(1, leaving.signal, async () => {}));
    const outcomes = Promise.allSettled(waiting);
    await expect(slots.run(1, never, async () => {})).rejects.toMatchObject({ code: 'rate_limited' });
    leaving.abort();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    const next = slots.run(1, never, async () => 'served');
    first.end();
    await running;
    expect(await next).toBe('served');
  });
});
