export interface RememberedGroupsOptions<T> {
  readonly newGroup: () => T;
  /** Entries in all groups of one tenant; beyond it the group that was used longest ago is forgotten. */
  readonly maxPerTenant: number;
  /** Entries of all tenants; beyond it the tenant that was used longest ago is forgotten. */
  readonly maxTotal: number;
}

interface Tenant<T> {
  readonly groups: Map<string, T>;
  size: number;
}

/** Sets of entries by tenant and group, bounded so that one tenant's entries cannot push out all others'. */
export class RememberedGroups<T extends { readonly size: number }> {
  readonly #options: RememberedGroupsOptions<T>;
  /** Both maps are in the order of use. */
  readonly #tenants = new Map<string, Tenant<T>>();
  #total = 0;

  constructor(options: RememberedGroupsOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#total;
  }

  /** The group if it is remembered, which counts as use. */
  find(tenantKey: string, groupKey: string): T | undefined {
    const tenant = this.#tenants.get(tenantKey);
    const group = tenant?.groups.get(groupKey);
    if (tenant && group) this.#touch(tenantKey, tenant, groupKey, group);
    return group;
  }

  /** Adds to a group, then forgets what has become too much; the group itself stays. */
  extend(tenantKey: string, groupKey: string, add: (group: T) => void): void {
    const tenant = this.#tenants.get(tenantKey) ?? { groups: new Map<string, T>(), size: 0 };
    const group = tenant.groups.get(groupKey) ?? this.#options.newGroup();
    const before = group.size;
    add(group);
    this.#grow(tenant, group.size - before);
    this.#touch(tenantKey, tenant, groupKey, group);
    this.#forgetGroups(tenant);
    this.#forgetTenants();
  }

  /** Forgets all groups of tenants whose keys the check picks. */
  forget(isMeant: (tenantKey: string) => boolean): void {
    for (const [key, { size }] of this.#tenants) {
      if (!isMeant(key)) continue;
      this.#tenants.delete(key);
      this.#total -= size;
    }
  }

  #touch(tenantKey: string, tenant: Tenant<T>, groupKey: string, group: T): void {
    tenant.groups.delete(groupKey);
    tenant.groups.set(groupKey, group);
    this.#tenants.delete(tenantKey);
    this.#tenants.set(tenantKey, tenant);
  }

  #forgetGroups(tenant: Tenant<T>): void {
    for (const [key, group] of tenant.groups) {
      if (tenant.size <= this.#options.maxPerTenant || tenant.groups.size === 1) return;
      tenant.groups.delete(key);
      this.#grow(tenant, -group.size);
    }
  }

  #forgetTenants(): void {
    for (const [key, { size }] of this.#tenants) {
      if (this.#total <= this.#options.maxTotal || this.#tenants.size === 1) return;
      this.#tenants.delete(key);
      this.#total -= size;
    }
  }

  #grow(tenant: Tenant<T>, entries: number): void {
    tenant.size += entries;
    this.#total += entries;
  }
}
