import { describe, expect, it } from 'vitest';
import { LruSet } from '../../../lib/limits/lru-set.js';
import { RememberedGroups } from './remembered-groups.js';

describe('LruSet', () => {
  it('forgets what was used longest ago', () => {
    const set = new LruSet<number>(3);
    for (const key of [1, 2, 3]) set.add(key);
    expect(set.has(1)).toBe(true);
    set.add(4);
    set.add(4);
    expect([1, 2, 3, 4].filter((key) => set.has(key))).toEqual([1, 3, 4]);
    expect(set.size).toBe(3);
  });
});

describe('RememberedGroups', () => {
  const newGroups = () =>
    new RememberedGroups({ newGroup: () => new LruSet<number>(4), maxPerTenant: 4, maxTotal: 6 });
  const fill = (groups: ReturnType<typeof newGroups>, tenant: string, group: string, ...keys: number[]) =>
    groups.extend(tenant, group, (set) => {
      for (const key of keys) set.add(key);
    });

  it('keeps tenants and groups apart', () => {
    const groups = newGroups();
    fill(groups, 'a', 'x', 1);
    expect(groups.find('a', 'x')?.has(1)).toBe(true);
    expect(groups.find('a', 'y')).toBeUndefined();
    expect(groups.find('b', 'x')).toBeUndefined();
  });

  it("forgets a tenant's own oldest group first", () => {
    const groups = newGroups();
    fill(groups, 'b', 'x', 1);
    fill(groups, 'a', 'old', 1, 2);
    fill(groups, 'a', 'used', 1);
    groups.find('a', 'old');
    fill(groups, 'a', 'new', 1, 2);
    expect(['old', 'used', 'new'].filter((name) => groups.find('a', name))).toEqual(['old', 'new']);
    expect(groups.find('b', 'x')).toBeDefined();
    expect(groups.size).toBe(5);
  });

  it('forgets the tenant that was used longest ago when all together are too many', () => {
    const groups = newGroups();
    fill(groups, 'a', 'x', 1, 2);
    fill(groups, 'b', 'x', 1, 2);
    groups.find('a', 'x');
    fill(groups, 'c', 'x', 1, 2, 3);
    expect(['a', 'b', 'c'].filter((name) => groups.find(name, 'x'))).toEqual(['a', 'c']);
    expect(groups.size).toBe(5);
  });

  it('counts what a group has forgotten by itself', () => {
    const groups = newGroups();
    fill(groups, 'a', 'x', 1, 2, 3, 4, 5, 6, 7);
    expect(groups.size).toBe(4);
  });
});
