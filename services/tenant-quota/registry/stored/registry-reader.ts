import type { TenantRecord } from '../tenant-record.js';
import type { RegistryContent } from '../tenant-registry.js';
import type { RegistryMark, RegistryTables } from './registry-tables.js';

/**
 * Versions follow the writers' clocks, so that a change may appear below one that was seen already: by as much as clocks
 * differ and a write takes.
 */
const OVERLAP_MS = 60_000;

/** Reads the registry, and afterwards only what has changed: the whole of it is many rows, and it is looked at every second. */
export class RegistryReader {
  readonly #tables: RegistryTables;
  #last: { readonly mark: RegistryMark; readonly content: RegistryContent } | undefined;

  constructor(tables: RegistryTables) {
    this.#tables = tables;
  }

  /** The same object as the last time while nobody has written. */
  async read(signal: AbortSignal): Promise<RegistryContent> {
    // Read before the content: a write in between is then seen again rather than missed.
    const mark = await this.#tables.readMark(signal);
    const last = this.#last;
    if (last && sameMark(last.mark, mark)) return last.content;
    const isSame = (part: keyof RegistryMark) => last?.mark[part] === mark[part];
    const content: RegistryContent = {
      tenants: last && isSame('tenants') ? last.content.tenants : await this.#readTenants(mark, signal),
      cells: last && isSame('cells') ? last.content.cells : await this.#tables.readCells(signal),
      tiers: last && isSame('tiers') ? last.content.tiers : await this.#tables.readTiers(signal),
      states: last && isSame('states') ? last.content.states : await this.#tables.readStates(signal),
    };
    this.#last = { mark, content };
    return content;
  }

  async #readTenants(mark: RegistryMark, signal: AbortSignal): Promise<readonly TenantRecord[]> {
    const known = this.#last?.content.tenants ?? [];
    const newest = known.reduce((version, tenant) => Math.max(version, tenant.version), 0);
    const since = newest - OVERLAP_MS;
    if (since <= 0) return this.#tables.readTenants(0, signal);
    const merged = new Map(known.map((tenant) => [tenant.tenantId, tenant]));
    for (const tenant of await this.#tables.readTenants(since, signal)) merged.set(tenant.tenantId, tenant);
    const tenants = [...merged.values()];
    // Something was written below the overlap: only the whole tells what.
    return sumOf(tenants) < BigInt(mark.tenants) ? this.#tables.readTenants(0, signal) : tenants;
  }
}

function sameMark(one: RegistryMark, other: RegistryMark): boolean {
  return (['tenants', 'states', 'tiers', 'cells'] as const).every((part) => one[part] === other[part]);
}

function sumOf(tenants: readonly TenantRecord[]): bigint {
  return tenants.reduce((sum, { version }) => sum + BigInt(version), 0n);
}
