import { expect, it } from 'vitest';
import { ChangeQueue } from './change-queue.js';

const never = new AbortController().signal;

it('does together what waited while the last batch ran', async () => {
  const batches: number[][] = [];
  const queue = new ChangeQueue<number, number>(async (batch) => {
    batches.push(batch.map(({ question }) => question));
    await new Promise((resolve) => setImmediate(resolve));
    for (const { question, resolve } of batch) resolve(question * 2);
  });
  const first = [queue.ask(1, never), queue.ask(2, never)];
  expect(await first[0]).toBe(2);
  const later = [queue.ask(3, never), queue.ask(4, never)];
  expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('tells everybody of a batch that failed, and goes on', async () => {
  let isBroken = true;
  const queue = new ChangeQueue<number, number>(async (batch) => {
    if (isBroken) throw new Error('broken');
    for (const { question, resolve } of batch) resolve(question);
  });
  const results = await Promise.allSettled([queue.ask(1, never), queue.ask(2, never)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await queue.ask(3, never)).toBe(3);
});

it('leaves out who has gone away', async () => {
  const gone = new AbortController();
  const seen: number[] = [];
  const queue = new ChangeQueue<number, number>(async (batch) => {
    for (const { question, resolve } of batch) {
      seen.push(question);
      resolve(question);
    }
  });
  const left = queue.ask(1, gone.signal).catch(() => 'gone');
  const kept = queue.ask(2, never);
  gone.abort();
  expect([await left, await kept]).toEqual(['gone', 2]);
  expect(seen).toEqual([2]);
});
