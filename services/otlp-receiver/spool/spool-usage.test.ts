import { expect, it } from 'vitest';
import { SpoolUsage } from './spool-usage.js';

it('knows what of a tenant waits for which database', () => {
  const usage = new SpoolUsage({ totalBytes: 100, tenantBytes: 60 });
  const [old, next] = [
    { tenantId: 22, database: 'old' },
    { tenantId: 22, database: 'new' },
  ];
  usage.reserve(old, 30);
  usage.reserve(next, 30);
  expect([usage.has(22, 'old'), usage.has(22, 'new'), usage.has(33, 'old')]).toEqual([true, true, false]);
  // The quota is the tenant's, wherever its rows go.
  expect(() => usage.reserve(old, 1)).toThrow('Tenant 22 has 60 bytes waiting');
  usage.release(old, 30);
  expect([usage.has(22, 'old'), usage.has(22, 'new')]).toEqual([false, true]);
  expect(usage.totalBytes).toBe(30);
});

it('leaves room for tenants on other services while one is away', () => {
  const usage = new SpoolUsage({ totalBytes: 100, tenantBytes: 60 }, () => 75);
  usage.reserve({ tenantId: 1, database: 'a@eu2' }, 60);
  expect(() => usage.reserve({ tenantId: 2, database: 'b@eu2' }, 20)).toThrow(
    'The store of tenant 2 has 60 bytes waiting to be stored; the limit is 75',
  );
  usage.reserve({ tenantId: 3, database: 'c' }, 40);
  usage.release({ tenantId: 1, database: 'a@eu2' }, 60);
  usage.reserve({ tenantId: 2, database: 'b@eu2' }, 20);
});
