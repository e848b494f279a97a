import { describe, expect, it } from 'vitest';
import { planChanges } from '../file/plan-changes.js';
import type { RegistryContent } from '../tenant-registry.js';
import { TenantRegistry } from '../tenant-registry.js';
import { ChangeFeed } from './change-feed.js';

function content(versions: Readonly<Record<number, number>>, tierVersion = 0): RegistryContent {
  const file = Object.keys(versions).map((id) => ({
    id: Number(id),
    path: `t${id}`,
    tier: 'free' as const,
    limits: {},
    projects: [],
  }));
  const tenants = planChanges([], file).map((state) => ({
    ...state,
    version: versions[state.tenantId] ?? 0,
    updatedAtMs: 0,
  }));
  const tiers = [{ tier: 'free' as const, limits: { storageBytes: 5 }, version: tierVersion }];
  return { tenants, cells: [], tiers: tierVersion === 0 ? [] : tiers, states: [] };
}

/** The next changes as `id@version`. */
async function take(feed: ChangeFeed, count: number): Promise<string[]> {
  const stopping = new AbortController();
  const seen: string[] = [];
  for await (const { record, version } of feed.changes(stopping.signal)) {
    seen.push(`${record.tenantId}@${version}`);
    if (seen.length === count) stopping.abort();
  }
  return seen;
}

describe('the registry in memory', () => {
  it('refuses reads until it was loaded', () => {
    const registry = new TenantRegistry();
    expect(() => registry.all()).toThrow(expect.objectContaining({ code: 'unavailable' }));
    registry.replace(content({}));
    expect(registry.all()).toEqual([]);
  });

  it('tells a feed what is new or changed, each tenant once with its newest state', async () => {
    const registry = new TenantRegistry();
    registry.replace(content({ 1: 1, 2: 1 }));
    const feed = new ChangeFeed(registry);
    registry.replace(content({ 1: 2, 2: 1, 3: 1 }));
    registry.replace(content({ 1: 3, 2: 1, 3: 1 }));
    expect(await take(feed, 2)).toEqual(['1@3', '3@1']);
  });

  it('tells of every tenant whose limits change with their tier', async () => {
    const registry = new TenantRegistry();
    registry.replace(content({ 1: 1, 2: 1 }));
    const feed = new ChangeFeed(registry);
    registry.replace(content({ 1: 1, 2: 1 }, 9));
    expect(await take(feed, 2)).toEqual(['1@9', '2@9']);
    expect(registry.tenant(1)?.limits.storageBytes).toBe(5);
  });

  it('wakes a waiting feed for a change and for its end', async () => {
    const registry = new TenantRegistry();
    registry.replace(content({}));
    const stopping = new AbortController();
    const changes = new ChangeFeed(registry).changes(stopping.signal);
    const first = changes.next();
    registry.replace(content({ 1: 1 }));
    expect((await first).value).toMatchObject({ record: { tenantId: 1 } });
    const second = changes.next();
    stopping.abort();
    expect((await second).done).toBe(true);
  });
});
