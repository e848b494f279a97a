import { describe, expect, it, vi } from 'vitest';
import { TenantSlots } from './tenant-slots.js';

const never = new AbortController().signal;
const asked = (tenantId: number, signal: AbortSignal, value = 1) => ({
  ...{ tenantId, signal },
  limit: { value, name: 'query_max_concurrent of the tenant' },
});

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
    const slots = new TenantSlots();
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
    const slots = new TenantSlots();
    await expect(slots.run(asked(1, never), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(asked(1, never), async () => 'yes')).toBe('yes');
  });

  it('follow a limit that changes, also for those that wait', async () => {
    const slots = new TenantSlots();
    const calls = Array.from({ length: 3 }, held);
    let running = 0;
    const start = (index: number, limit: number) =>
      slots.run(asked(1, never, limit), () => {
        running++;
        return calls[index]?.call() ?? Promise.resolve();
      });
    const outcomes = [start(0, 1), start(1, 1)];
    expect(running).toBe(1);
    outcomes.push(start(2, 3));
    await vi.waitFor(() => expect(running).toBe(3));
    const narrowed = start(0, 1);
    calls[1]?.end();
    calls[2]?.end();
    await Promise.all(outcomes.slice(1));
    expect(running).toBe(3);
    calls[0]?.end();
    await narrowed;
    expect(running).toBe(4);
  });

  it('refuse who has waited too long, or finds too many waiting, and forget who goes away', async () => {
    const slots = new TenantSlots({ maxWaitMs: 20 });
    const first = held();
    const running = slots.run(asked(1, never), first.call);
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
    await expect(slots.run(asked(1, never), async () => {})).rejects.toMatchObject({ code: 'rate_limited' });
    leaving.abort();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    const next = slots.run(asked(1, never), async () => 'served');
    first.end();
    await running;
    expect(await next).toBe('served');
  });
});
