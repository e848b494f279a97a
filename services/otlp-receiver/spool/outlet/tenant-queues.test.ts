import { expect, it } from 'vitest';
import { TenantQueues } from './tenant-queues.js';

const item = (tenantId: number, name: string, bytes = 10) => ({ tenantId, name, bytes });
const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name).join(' ');

it('serves tenants in turn, each in its own order', () => {
  const queues = new TenantQueues<ReturnType<typeof item>>();
  for (const name of ['a1', 'a2', 'a3', 'a4']) queues.push(item(1, name));
  for (const name of ['b1', 'b2']) queues.push(item(2, name));
  queues.push(item(3, 'c1'));
  expect(names(queues.take(50))).toBe('a1 b1 c1 a2 b2');
  queues.push(item(4, 'd1'));
  expect(names(queues.take(1_000))).toBe('a3 d1 a4');
  expect(queues.isEmpty).toBe(true);
});

it('gives at least one, begins with the next tenant the other time, and lets go of what is picked', () => {
  const queues = new TenantQueues<ReturnType<typeof item>>();
  for (const name of ['a1', 'a2', 'a3']) queues.push(item(1, name, 500));
  for (const name of ['b1', 'b2']) queues.push(item(2, name));
  expect(names(queues.take(100))).toBe('a1');
  expect(names(queues.take(10))).toBe('b1');
  expect(names(queues.remove(({ name }) => name.endsWith('2')))).toBe('a2 b2');
  expect(names(queues.take(10_000))).toBe('a3');
});

it('lets small ones of a tenant go together, so that large ones of another do not come between them', () => {
  const queues = new TenantQueues<ReturnType<typeof item>>();
  for (const name of ['a1', 'a2']) queues.push(item(1, name, 500));
  for (const name of ['b1', 'b2', 'b3', 'b4']) queues.push(item(2, name));
  expect(names(queues.take(100, 30))).toBe('a1');
  expect(names(queues.take(100, 30))).toBe('b1 b2 b3 a2');
  expect(names(queues.take(100, 30))).toBe('b4');
  expect(queues.isEmpty).toBe(true);
});
