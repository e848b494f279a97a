import { expect, it } from 'vitest';
import { type Pending, takeBatch } from './batch.js';

const pending = (rows: number, bytes: number, ...days: number[]): Pending => ({
  block: { table: 't', columns: [], rows, bytes: new Uint8Array(bytes), days },
  deadlineMs: 0,
  resolve: () => undefined,
  reject: () => undefined,
});
const limits = { maxRows: 10, maxBytes: 100, maxDays: 3 };

it.each<[string, Pending[], number]>([
  ['everything that fits', [pending(3, 10, 1), pending(3, 10, 1), pending(4, 80, 1)], 3],
  ['as many as the rows allow', [pending(9, 1, 1), pending(1, 1, 1), pending(1, 1, 1)], 2],
  ['as many as the bytes allow', [pending(1, 60, 1), pending(1, 60, 1)], 1],
  ['as many as the days allow', [pending(1, 1, 1, 2), pending(1, 1, 2, 3), pending(1, 1, 4)], 2],
  ['one that is too large by itself', [pending(50, 500, 1), pending(1, 1, 1)], 1],
])('takes %s', (_name, queue, taken) => {
  const all = [...queue];
  expect(takeBatch(queue, limits)).toEqual(all.slice(0, taken));
  expect(queue).toEqual(all.slice(taken));
});
