import { LIMIT_NAMES, LIMITS, type LimitOverrides } from '../limits.js';
import type { TenantState } from '../tenant-record.js';

/** One value that a change replaces; values as JSON, `null` when unset. */
export interface FieldChange {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

type Facts = ReadonlyMap<string, string>;

/** What differs, field by field, in the order of the fields. */
export function describeChanges(before: TenantState | undefined, after: TenantState): FieldChange[] {
  return compare(before ? factsOf(before) : new Map(), factsOf(after));
}

export function describeLimitChanges(before: LimitOverrides, after: LimitOverrides): FieldChange[] {
  return compare(limitFacts(before), limitFacts(after));
}

/** For a line of the audit. */
export function summarize(changes: readonly FieldChange[]): string {
  return changes.map(({ field, before, after }) => `${field}: ${before} -> ${after}`).join('; ');
}

function compare(before: Facts, after: Facts): FieldChange[] {
  const fields = new Set([...after.keys(), ...before.keys()]);
  return [...fields].flatMap((field) => {
    const change = { field, before: before.get(field) ?? 'null', after: after.get(field) ?? 'null' };
    return change.before === change.after ? [] : [change];
  });
}

function factsOf(tenant: TenantState): Facts {
  const { path, tier, cell, status, statusReason, eraseAtMs, source } = tenant;
  const plain = { path, tier, cell, status, status_reason: statusReason, source };
  const projects = tenant.projects.map(
    (project) =>
      [
        `projects.${project.projectId}`,
        JSON.stringify({ path: project.path, enabled: project.enabled }),
      ] as const,
  );
  return new Map([
    ...Object.entries(plain).flatMap(([field, value]) =>
      value === '' ? [] : [[field, JSON.stringify(value)] as const],
    ),
    ...(eraseAtMs === 0 ? [] : [['erase_at', JSON.stringify(new Date(eraseAtMs).toISOString())] as const]),
    ...limitFacts(tenant.limits),
    ...projects,
  ]);
}

function limitFacts(limits: LimitOverrides): Facts {
  return new Map(
    LIMIT_NAMES.flatMap((name) =>
      limits[name] === undefined ? [] : [[`limits.${LIMITS[name].field}`, String(limits[name])] as const],
    ),
  );
}
