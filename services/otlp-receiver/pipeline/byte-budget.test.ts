import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.js';

const unavailable = expect.objectContaining({ code: 'unavailable', retryAfterMs: expect.any(Number) });

describe('ByteBudget', () => {
  it('refuses what exceeds the total and frees it on release', () => {
    const budget = new ByteBudget({ totalBytes: 100, tenantBytes: 100 });
    const [first, second] = [budget.lease(), budget.lease()];
    first.grow(60);
    expect(() => second.grow(50)).toThrow(unavailable);
    second.grow(40);
    first.release();
    first.release();
    expect(budget.usedBytes).toBe(40);
    second.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('lets a request that is alone pass whatever its size', () => {
    const budget = new ByteBudget({ totalBytes: 10, tenantBytes: 10 });
    const lease = budget.lease();
    lease.grow(50);
    lease.assign(1);
    lease.grow(50);
    expect(budget.usedBytes).toBe(100);
    expect(() => budget.lease().grow(1)).toThrow(unavailable);
  });

  it('holds each tenant to its share and leaves the others alone', () => {
    const budget = new ByteBudget({ totalBytes: 1000, tenantBytes: 50 });
    const held = budget.lease();
    held.grow(40);
    held.assign(1);
    const more = budget.lease();
    more.grow(20);
    expect(() => more.assign(1)).toThrow(/Tenant 1 has as much data in flight as fits \(50 bytes\)/);
    more.release();
    const other = budget.lease();
    other.grow(20);
    other.assign(2);
    expect(budget.usedBytes).toBe(60);
    expect(() => other.grow(2000)).toThrow(unavailable);
    expect(budget.usedBytes).toBe(60);
    held.release();
    other.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('wants to know whose it is what is large, and everything while much belongs to nobody', () => {
    const budget = new ByteBudget({ totalBytes: 400_000, tenantBytes: 400_000 });
    const lease = budget.lease();
    lease.grow(65_536);
    expect(lease.needsOwner).toBe(false);
    lease.grow(1);
    expect(lease.needsOwner).toBe(true);
    const small = budget.lease();
    small.grow(34_464);
    expect(small.needsOwner).toBe(true);
    lease.assign(1);
    expect([lease.needsOwner, small.needsOwner]).toEqual([false, false]);
    lease.release();
    small.release();
    expect(budget.usedBytes).toBe(0);
  });
});
