import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Lease } from '../../locks/lock.js';
import type { Waiting } from '../changes/change-queue.js';
import { describeChanges, summarize } from '../file/describe-changes.js';
import { stateOf, type TenantRecord, type TenantState } from '../tenant-record.js';
import type { Deed } from './audit-log.js';
import { NOBODY, type RegistryTables } from './registry-tables.js';
import type { ChangeResult, TenantChange } from './registry-writer.js';

export interface BatchOptions {
  readonly tables: RegistryTables;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly nextVersion: (before: number) => number;
}

/** What a batch comes to: to be written, and told once it is. */
export interface BatchOutcome {
  readonly deeds: readonly Deed[];
  readonly records: readonly TenantRecord[];
  /** Tells each caller whose change was decided on. */
  settle(): void;
}

type Asked = Waiting<TenantChange, ChangeResult>;

/** Two readings and two or three inserts for all of them, instead of for each: it is their number that takes the time. */
export async function decideBatch(batch: readonly Asked[], options: BatchOptions): Promise<BatchOutcome> {
  const { tables, signal } = options;
  const ids = [...new Set(batch.map(({ question }) => question.tenantId))];
  const current = new Map((await tables.readTenantsOf(ids, signal)).map((one) => [one.tenantId, one]));
  const projectIds = [...new Set(batch.flatMap(({ question }) => wantedProjects(question, current)))];
  const owners = new Map(projectIds.length === 0 ? [] : await tables.readOwners(projectIds, signal));
  const decided = new Decisions(current, owners, options);
  for (const asked of batch) decided.decide(asked);
  return decided;
}

/** Whatever cannot be applied wants none: it is refused when its turn comes. */
function wantedProjects(
  { tenantId, apply }: TenantChange,
  current: ReadonlyMap<number, TenantRecord>,
): readonly bigint[] {
  try {
    return apply(current.get(tenantId)).projects.map(({ projectId }) => projectId);
  } catch {
    return [];
  }
}

/** One change after the other, each against what those before it have made of the registry. */
class Decisions implements BatchOutcome {
  readonly deeds: Deed[] = [];
  readonly records: TenantRecord[] = [];
  readonly #settled: (() => void)[] = [];

  constructor(
    private readonly current: Map<number, TenantRecord>,
    private readonly owners: Map<bigint, number>,
    private readonly options: BatchOptions,
  ) {}

  decide({ question, resolve, reject }: Asked): void {
    try {
      const result = this.#decide(question);
      this.#settled.push(() => resolve(result));
    } catch (error) {
      reject(error);
    }
  }

  settle(): void {
    for (const tell of this.#settled) tell();
  }

  #decide(change: TenantChange): ChangeResult {
    const { tenantId, actor, action } = change;
    const before = this.current.get(tenantId);
    requireVersion(before?.version, change.expectedVersion);
    const wanted = change.apply(before);
    this.#requireFreeProjects(wanted);
    const changes = describeChanges(before && stateOf(before), wanted);
    if (before && isDeepStrictEqual(stateOf(before), wanted)) return { before, after: before, changes: [] };
    const { lease, nextVersion } = this.options;
    const version = nextVersion(before?.version ?? 0);
    const after: TenantRecord = { ...wanted, version, updatedAtMs: Date.now() };
    if (change.dryRun === true) return { before, after, changes };
    this.deeds.push({ actor, action, tenantId, reason: summarize(changes), version, fence: lease.fence });
    this.records.push(after);
    this.current.set(tenantId, after);
    for (const { projectId } of wanted.projects) this.owners.set(projectId, tenantId);
    return { before, after, changes };
  }

  /** Two owners of one project would let one tenant see another's data. */
  #requireFreeProjects({ tenantId, projects }: TenantState): void {
    for (const { projectId } of projects) {
      const owner = this.owners.get(projectId) ?? NOBODY;
      if (owner === tenantId || owner === NOBODY) continue;
      throw new AppError('conflict', `Project ${projectId} belongs to tenant ${owner}.`, {
        field: 'projects',
      });
    }
  }
}

/** Throws `precondition_failed`. */
export function requireVersion(current: number | undefined, expected: number | undefined): void {
  if (expected === undefined || expected === current) return;
  throw new AppError(
    'precondition_failed',
    `The version is ${current ?? 'none: it does not exist'}, not ${expected}. Read it again and repeat the change.`,
    { field: 'If-Match' },
  );
}
