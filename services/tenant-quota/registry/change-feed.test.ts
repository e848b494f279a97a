import { describe, expect, it } from 'vitest';
import { ChangeFeed } from './change-feed.js';
import { planChanges } from './plan-changes.js';
import type { TenantRecord } from './tenant-record.js';
import { TenantRegistry } from './tenant-registry.js';

function tenants(versions: Readonly<Record<number, number>>): TenantRecord[] {
  const file = Object.keys(versions).map((id) => ({
    id: Number(id),
    path: `t${id}`,
    tier: 'free' as const,
    limits: {},
    projects: [],
  }));
  return planChanges([], file).map((state) => ({
    ...state,
    version: versions[state.tenantId] ?? 0,
    updatedAtMs: 0,
  }));
}

describe('the registry in memory', () => {
  it('refuses reads until it was loaded', () => {
    const registry = new TenantRegistry();
    expect(() => registry.all()).toThrow(expect.objectContaining({ code: 'unavailable' }));
    registry.replace([], []);
    expect(registry.all()).toEqual([]);
  });

  it('tells a feed what is new or changed, each tenant once with its newest state', async () => {
    const registry = new TenantRegistry();
    registry.replace(tenants({ 1: 1, 2: 1 }), []);
    const feed = new ChangeFeed(registry);
    registry.replace(tenants({ 1: 2, 2: 1, 3: 1 }), []);
    registry.replace(tenants({ 1: 3, 2: 1, 3: 1 }), []);
    const stopping = new AbortController();
    const seen: string[] = [];
    for await (const tenant of feed.changes(stopping.signal)) {
      seen.push(`${tenant.tenantId}@${tenant.version}`);
      if (seen.length === 2) stopping.abort();
    }
    expect(seen).toEqual(['1@3', '3@1']);
  });

  it('wakes a waiting feed for a change and for its end', async () => {
    const registry = new TenantRegistry();
    registry.replace([], []);
    const stopping = new AbortController();
    const changes = new ChangeFeed(registry).changes(stopping.signal);
    const first = changes.next();
    registry.replace(tenants({ 1: 1 }), []);
    expect((await first).value).toMatchObject({ tenantId: 1 });
    const second = changes.next();
    stopping.abort();
    expect((await second).done).toBe(true);
  });
});
