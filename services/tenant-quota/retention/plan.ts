import { SIGNALS, type SignalName } from '../registry/tiers.js';
import { DAY_MS, dayOf } from './days.js';
import type { Amount, StoredDay, TableSignal } from './stored.js';

/** What holds for a tenant with rows in a cell, or that may get some. */
export interface TenantPolicy {
  readonly tenantId: number;
  readonly retentionDays: Readonly<Record<SignalName, number>>;
  readonly storageBytes: number;
  /** First day that is accepted, in days since 1970; 0 for none such. */
  readonly acceptFromDay: number;
}

export type StepReason = 'retention' | 'storage_quota';

/** Rows of one day of one table that go. */
export interface RetentionStep {
  readonly table: string;
  readonly day: number;
  /** A whole partition is dropped only when nobody may keep, or still get, anything in it. */
  readonly action: 'drop_partition' | 'delete_rows';
  readonly tenants: readonly {
    readonly tenantId: number;
    readonly reason: StepReason;
    readonly amount: Amount;
  }[];
}

/** What is left of a tenant after the steps. */
export interface TenantOutcome {
  readonly tenantId: number;
  /** Compressed bytes after the steps. */
  readonly bytes: number;
  /** As in the policy, or later when days go for the quota. */
  readonly acceptFromDay: number;
  /** Today alone is over the quota. */
  readonly isOverToday: boolean;
}

export interface RetentionPlan {
  /** Oldest day first. */
  readonly steps: readonly RetentionStep[];
  readonly outcomes: readonly TenantOutcome[];
}

/**
 * What has to go from a cell so that each tenant's rows are within its retention and its bytes within its quota. For the quota
 * the tenant's oldest day goes, in all tables, then the next, but never today or later. Rows of a tenant without a policy
 * are never touched.
 */
export function planRetention(
  stored: readonly StoredDay[],
  policies: readonly TenantPolicy[],
  nowMs: number,
): RetentionPlan {
  const bytesOf = bytesByTenantAndDay(stored, policies, nowMs);
  const outcomes = policies.map((policy) =>
    outcomeOf(policy, bytesOf.get(policy.tenantId) ?? new Map(), nowMs),
  );
  const decided = new Map(
    policies.map((policy, index) => [
      policy.tenantId,
      { policy, acceptFromDay: outcomes[index]?.acceptFromDay ?? policy.acceptFromDay },
    ]),
  );
  const steps = stored.flatMap((day) => stepOf(day, decided, nowMs) ?? []);
  return { steps: steps.sort((a, b) => a.day - b.day || a.table.localeCompare(b.table)), outcomes };
}

/** The first day that a tenant's retention keeps. The day in which the retention ends is kept as a whole. */
export function firstKeptDay(policy: TenantPolicy, signal: TableSignal, nowMs: number): number {
  const days =
    signal === 'all'
      ? Math.max(...SIGNALS.map((one) => policy.retentionDays[one]))
      : policy.retentionDays[signal];
  return dayOf(nowMs - days * DAY_MS);
}

type BytesByDay = ReadonlyMap<number, number>;

/** Without what goes for its age anyway. */
function bytesByTenantAndDay(
  stored: readonly StoredDay[],
  policies: readonly TenantPolicy[],
  nowMs: number,
): ReadonlyMap<number, BytesByDay> {
  const byId = new Map(policies.map((policy) => [policy.tenantId, policy]));
  const bytes = new Map<number, Map<number, number>>();
  for (const { signal, day, tenants } of stored)
    for (const [tenantId, amount] of tenants) {
      const policy = byId.get(tenantId);
      if (!policy || day < Math.max(firstKeptDay(policy, signal, nowMs), policy.acceptFromDay)) continue;
      const days = bytes.get(tenantId) ?? new Map<number, number>();
      bytes.set(tenantId, days.set(day, (days.get(day) ?? 0) + amount.bytes));
    }
  return bytes;
}

function outcomeOf(policy: TenantPolicy, bytesByDay: BytesByDay, nowMs: number): TenantOutcome {
  const { tenantId, storageBytes } = policy;
  const today = dayOf(nowMs);
  let bytes = [...bytesByDay.values()].reduce((sum, one) => sum + one, 0);
  let { acceptFromDay } = policy;
  const droppable = [...bytesByDay.keys()].filter((day) => day < today).sort((a, b) => a - b);
  for (const day of droppable) {
    if (bytes <= storageBytes) break;
    bytes -= bytesByDay.get(day) ?? 0;
    acceptFromDay = day + 1;
  }
  return { tenantId, bytes, acceptFromDay, isOverToday: bytes > storageBytes };
}

type Decided = ReadonlyMap<number, { readonly policy: TenantPolicy; readonly acceptFromDay: number }>;

function stepOf(stored: StoredDay, decided: Decided, nowMs: number): RetentionStep | undefined {
  const { table, day, signal } = stored;
  // Whatever the clock or a policy says, the day that is being written stays. One that is not wholly known waits a minute.
  if (day >= dayOf(nowMs) || !stored.isComplete) return undefined;
  const reasonFor = (tenantId: number): StepReason | undefined => {
    const one = decided.get(tenantId);
    if (!one) return undefined;
    if (day < firstKeptDay(one.policy, signal, nowMs)) return 'retention';
    return day < one.acceptFromDay ? 'storage_quota' : undefined;
  };
  const tenants = [...stored.tenants].flatMap(([tenantId, amount]) => {
    const reason = reasonFor(tenantId);
    return reason === undefined ? [] : [{ tenantId, reason, amount }];
  });
  const isForNobody =
    tenants.length === stored.tenants.size &&
    [...decided.keys()].every((tenantId) => reasonFor(tenantId) !== undefined);
  const isLeftover = stored.tenants.size === 0 && decided.size > 0;
  if (isForNobody && (tenants.length > 0 || isLeftover))
    return { table, day, action: 'drop_partition', tenants };
  return tenants.length === 0 ? undefined : { table, day, action: 'delete_rows', tenants };
}
