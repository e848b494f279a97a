import { expect, it } from 'vitest';
import { InflateTurns } from './inflate-turns.js';

it('lets two inflate at a time, and tenants in turn', async () => {
  const turns = new InflateTurns();
  const begun: string[] = [];
  const finishers: (() => void)[] = [];
  const work = (tenantId: number, name: string) =>
    turns.run(tenantId, () => {
      begun.push(name);
      return new Promise<void>((resolve) => void finishers.push(resolve));
    });
  const all = [work(1, 'a1'), work(1, 'a2'), work(1, 'a3'), work(1, 'a4'), work(2, 'b1')];
  expect(begun).toEqual(['a1', 'a2']);
  for (let done = 0; done < all.length; done++) {
    finishers[done]?.();
    await all[[0, 1, 2, 4, 3][done] ?? 0];
    expect(begun.length).toBeLessThanOrEqual(done + 3);
  }
  expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
});

it('goes on after what failed', async () => {
  const turns = new InflateTurns();
  const failing = Array.from({ length: 5 }, () => turns.run(1, () => Promise.reject(new Error('damaged'))));
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  expect(await turns.run(1, async () => 'done')).toBe('done');
});
