import { expect, it } from 'vitest';
import { GrowableBytes } from './growable-bytes.js';
import { Numbers } from './numbers.js';

it('does not keep what one extraordinary request needed', () => {
  const bytes = new GrowableBytes();
  const numbers = new Numbers();
  bytes.raw(Buffer.alloc(2 ** 20));
  numbers.pushRun([1], 2 ** 20);
  for (const reused of [bytes, numbers]) reused.clear();
  expect([bytes.bytes.length, numbers.values.length]).toEqual([2 ** 20, 2 ** 20]);
  bytes.raw(Buffer.alloc(9 * 2 ** 20));
  numbers.pushRun([1], 3 * 2 ** 20);
  for (const reused of [bytes, numbers]) reused.clear();
  expect(bytes.bytes.length).toBeLessThan(2 ** 20);
  expect(numbers.values.length).toBeLessThan(2 ** 20);
  bytes.string('abc');
  expect(String(bytes.bytes.subarray(0, bytes.length))).toBe('\u0003abc');
});
