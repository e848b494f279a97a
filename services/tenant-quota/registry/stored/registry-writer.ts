import type { IdentityTenant } from '../../../../lib/config/identity-file.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import type { Lease, Locks } from '../../locks/lock.js';
import { DEFAULT_CELL } from '../../provisioning/cells.js';
import { ChangeQueue, type Waiting } from '../changes/change-queue.js';
import {
  describeChanges,
  describeLimitChanges,
  type FieldChange,
  summarize,
} from '../file/describe-changes.js';
import { planChanges } from '../file/plan-changes.js';
import type { LimitOverrides } from '../limits.js';
import { type CellRecord, stateOf, type TenantRecord, type TenantState } from '../tenant-record.js';
import type { TierName } from '../tiers.js';
import type { AuditLog } from './audit-log.js';
import type { RegistryTables } from './registry-tables.js';
import { decideBatch, requireVersion } from './tenant-batch.js';

export interface RegistryWriterOptions {
  readonly tables: RegistryTables;
  readonly locks: Locks;
  readonly audit: AuditLog;
  readonly logger: Logger;
}

interface ChangeOptions {
  /** Name of the token or user, or the part of the mesh. */
  readonly actor: string;
  /** For the audit, for example `put_tenant`. */
  readonly action: string;
  /** Refuse unless this is the current version. */
  readonly expectedVersion?: number | undefined;
  /** Change nothing, answer what would change. */
  readonly dryRun?: boolean;
}

export interface TenantChange extends ChangeOptions {
  readonly tenantId: number;
  /** The new state, given the current one; throws to refuse. May be called again. */
  readonly apply: (before: TenantRecord | undefined) => TenantState;
}

export interface TierChange extends ChangeOptions {
  readonly tier: TierName;
  readonly limits: LimitOverrides;
}

export interface ChangeResult {
  readonly before: TenantRecord | undefined;
  readonly after: TenantRecord;
  /** Empty: everything was so already, and nothing was written. */
  readonly changes: readonly FieldChange[];
}

/** All writers of all replicas take turns: ClickHouse has no compare-and-set. */
const LOCK = 'registry';
const FILE_ACTOR = 'identity file';

/** Changes the registry: one writer at a time, against what is stored at this moment, with an audit row for everything. */
export class RegistryWriter {
  readonly #options: RegistryWriterOptions;
  /** So that versions of this process never repeat, even within one millisecond. */
  #lastVersion = 0;
  #hasDefaultCell = false;
  readonly #queue = new ChangeQueue<TenantChange, ChangeResult>((batch) => this.#changeTenants(batch));

  constructor(options: RegistryWriterOptions) {
    this.#options = options;
  }

  /**
   * Throws `precondition_failed` when the version is not the expected one, `conflict` when a project belongs to another tenant,
   * `unavailable` when the lock cannot be had.
   */
  changeTenant(change: TenantChange, signal: AbortSignal): Promise<ChangeResult> {
    return this.#queue.ask(change, signal);
  }

  #changeTenants(batch: readonly Waiting<TenantChange, ChangeResult>[]): Promise<void> {
    // Nobody's own signal: what one gives up, the others still want.
    const all = new AbortController().signal;
    return this.#locked(all, async (lease, signal) => {
      const { tables, audit } = this.#options;
      const nextVersion = (before: number) => this.#nextVersion(before);
      const outcome = await decideBatch(batch, { tables, lease, signal, nextVersion });
      await audit.write(outcome.deeds, signal);
      await tables.writeRecords(outcome.records, signal);
      outcome.settle();
    });
  }

  /** Throws as `changeTenant`. */
  changeTier(
    change: TierChange,
    signal: AbortSignal,
  ): Promise<{ readonly changes: readonly FieldChange[]; readonly version: number }> {
    return this.#locked(signal, async (lease, within) => {
      const { tables } = this.#options;
      const before = (await tables.readTiers(within)).find(({ tier }) => tier === change.tier);
      requireVersion(before?.version, change.expectedVersion);
      const changes = describeLimitChanges(before?.limits ?? {}, change.limits);
      const version = this.#nextVersion(before?.version ?? 0);
      if (changes.length === 0 || change.dryRun === true) return { changes, version: before?.version ?? 0 };
      await this.#audit(change, { tenantId: 0, changes, version, lease }, within);
      await tables.writeTier({ tier: change.tier, limits: change.limits, version }, within);
      return { changes, version };
    });
  }

  /** Adds a cell that is not there yet. Throws `conflict` for one that is there and is another. */
  addCell(cell: Omit<CellRecord, 'version'>, actor: string, signal: AbortSignal): Promise<CellRecord> {
    return this.#locked(signal, async (lease, within) => {
      const known = (await this.#options.tables.readCells(within)).find(({ name }) => name === cell.name);
      if (known) {
        if (known.dedicatedTenantId === cell.dedicatedTenantId && known.database === cell.database)
          return known;
        throw new AppError('conflict', `There is a cell ${cell.name} already, and it is a different one.`, {
          field: 'name',
        });
      }
      const record = { ...cell, version: this.#nextVersion(0) };
      const deed = {
        actor,
        action: 'put_cell',
        cell: cell.name,
        version: record.version,
        fence: lease.fence,
      };
      await this.#options.audit.write([deed], within);
      await this.#options.tables.writeCell(record, within);
      return record;
    });
  }

  async ensureDefaultCell(signal: AbortSignal): Promise<void> {
    if (this.#hasDefaultCell) return;
    const cells = await this.#options.tables.readCells(signal);
    if (!cells.some(({ name }) => name === DEFAULT_CELL.name))
      await this.#options.tables.writeCell(DEFAULT_CELL, signal);
    this.#hasDefaultCell = true;
  }

  /** True when the file asked for something that was not in the registry. */
  async applyFile(
    known: readonly TenantRecord[],
    file: readonly IdentityTenant[],
    signal: AbortSignal,
  ): Promise<boolean> {
    if (planChanges(known, file).length === 0) return false;
    return this.#locked(signal, async (lease, within) => {
      const { tables, audit, logger } = this.#options;
      // Again, under the lock: what is in memory may be behind.
      const current = await tables.readTenants(0, within);
      const wanted = planChanges(current, file);
      const newest = current.reduce((version, tenant) => Math.max(version, tenant.version), 0);
      const version = this.#nextVersion(newest);
      const before = new Map(current.map((tenant) => [tenant.tenantId, stateOf(tenant)]));
      const deeds = wanted.map((tenant) => ({
        ...{
          actor: FILE_ACTOR,
          action: 'apply_file',
          tenantId: tenant.tenantId,
          version,
          fence: lease.fence,
        },
        reason: summarize(describeChanges(before.get(tenant.tenantId), tenant)),
      }));
      await audit.write(deeds, within);
      await tables.writeTenants(wanted, version, within);
      logger.info(
        { tenants: wanted.map((tenant) => tenant.tenantId).slice(0, 100) },
        'tenants written from the identity file',
      );
      return true;
    });
  }

  #locked<T>(signal: AbortSignal, work: (lease: Lease, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#options.locks.run(LOCK, signal, (lease) =>
      work(lease, AbortSignal.any([signal, lease.signal])),
    );
  }

  #nextVersion(before: number): number {
    this.#lastVersion = Math.max(Date.now(), before + 1, this.#lastVersion + 1);
    return this.#lastVersion;
  }

  async #audit(
    { actor, action }: ChangeOptions,
    facts: {
      readonly tenantId: number;
      readonly changes: readonly FieldChange[];
      readonly version: number;
      readonly lease: Lease;
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { tenantId, changes, version, lease } = facts;
    const deed = { actor, action, tenantId, reason: summarize(changes), version, fence: lease.fence };
    await this.#options.audit.write([deed], signal);
  }
}
