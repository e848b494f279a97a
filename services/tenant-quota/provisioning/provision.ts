import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { API_SOURCE, FILE_SOURCE } from '../registry/file/plan-changes.js';
import type { RegistryKeeper } from '../registry/registry-keeper.js';
import type { RegistryWriter } from '../registry/stored/registry-writer.js';
import { requireOwnRecord, requirePath } from '../registry/stored/set-tenant.js';
import {
  type ProjectRecord,
  stateOf,
  type TenantRecord,
  type TenantState,
} from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { DEFAULT_CELL } from './cells.js';
import { placeTenant } from './place.js';
import type { Schemas } from './schemas.js';

export interface ProvisionerOptions {
  readonly registry: TenantRegistry;
  readonly writer: RegistryWriter;
  readonly keeper: Pick<RegistryKeeper, 'refresh'>;
  readonly schemas: Schemas;
  readonly logger: Logger;
}

/** Who wants a project switched on or off. */
export interface ProjectRequest {
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly actor: string;
}

export interface EnableRequest extends ProjectRequest {
  /** Empty when the project is known. */
  readonly projectPath: string;
  /** Empty when the tenant is known. */
  readonly tenantPath: string;
}

/**
 * Switches projects on and off, and sets tenants up. Setting up is a row that says so, then the cell's schema, then a row
 * that says it is done; each of these can be repeated, so whoever comes next, another call or the loop, goes on from wherever
 * a process was killed.
 */
export class Provisioner {
  readonly #options: ProvisionerOptions;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
  }

  /** Resolves with the state that was reached: `ready`, or `failed` with a reason. Throws `conflict` and `invalid_argument`. */
  async enable(request: EnableRequest, signal: AbortSignal): Promise<TenantRecord> {
    const { tenantId, actor } = request;
    const apply = (before: TenantRecord | undefined) => this.#withProject(before, request);
    const { after } = await this.#change({ tenantId, actor, action: 'enable_project', apply }, signal);
    if (after.status === 'ready') return after;
    return this.#setUp(after, actor, signal);
  }

  /** Nothing is accepted or read any more; what receivers have accepted before is still stored. */
  async disable({ tenantId, projectId, actor }: ProjectRequest, signal: AbortSignal): Promise<void> {
    const apply = (before: TenantRecord | undefined): TenantState => {
      const project = before?.projects.find((one) => one.projectId === projectId);
      if (!before || !project)
        throw new AppError('not_found', `Project ${projectId} was never switched on.`, {
          field: 'project_id',
        });
      if (!project.enabled) return stateOf(before);
      requireOwnRecord(before);
      return { ...stateOf(before), projects: withProject(before.projects, { ...project, enabled: false }) };
    };
    await this.#change({ tenantId, actor, action: 'disable_project', apply }, signal);
  }

  /** Takes up what another process left undone. */
  async resume(signal: AbortSignal): Promise<void> {
    for (const { record } of this.#options.registry.all())
      if (record.status === 'provisioning' || record.status === 'failed')
        await this.#setUp(record, 'provisioning', signal);
  }

  async #setUp(record: TenantRecord, actor: string, signal: AbortSignal): Promise<TenantRecord> {
    const { registry, schemas, logger } = this.#options;
    const { tenantId } = record;
    let reached: Pick<TenantState, 'status' | 'statusReason'> = { status: 'ready', statusReason: '' };
    try {
      const cell =
        registry.cell(record.cell) ?? (record.cell === DEFAULT_CELL.name ? DEFAULT_CELL : undefined);
      if (!cell) throw new AppError('unavailable', `The cell ${record.cell} is not set up yet.`);
      await schemas.requireCell(cell, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ tenantId, reason: messageOf(error), err: error }, 'a tenant cannot be set up yet');
      const reason =
        error instanceof AppError ? error.message : 'The cell cannot be set up; the log says why.';
      reached = { status: 'failed', statusReason: reason };
    }
    const apply = (before: TenantRecord | undefined): TenantState => {
      if (!before) throw new AppError('not_found', `There is no tenant ${tenantId}.`);
      const isWaiting = before.status === 'provisioning' || before.status === 'failed';
      return isWaiting ? { ...stateOf(before), ...reached } : stateOf(before);
    };
    return (await this.#change({ tenantId, actor, action: 'provision_tenant', apply }, signal)).after;
  }

  #withProject(before: TenantRecord | undefined, request: EnableRequest): TenantState {
    const { tenantId, projectId } = request;
    const existing = before?.status === 'deleted' ? undefined : before;
    const known = existing?.projects.find((project) => project.projectId === projectId);
    if (existing && known?.enabled && existing.status === 'ready') return stateOf(existing);
    if (existing) requireChangeable(existing);
    const path = known?.path ?? requirePath(request.projectPath, 'project_path');
    const project: ProjectRecord = { projectId, path, enabled: true };
    if (existing) return { ...stateOf(existing), projects: withProject(existing.projects, project) };
    const cell = placeTenant(this.#options.registry, tenantId);
    // What the registry shows is set up already, and there is nothing to wait for.
    const isSetUp = this.#options.registry.cell(cell.name) !== undefined;
    return {
      ...{ tenantId, path: requirePath(request.tenantPath, 'tenant_path'), tier: 'free', limits: {} },
      ...{ cell: cell.name, status: isSetUp ? 'ready' : 'provisioning', statusReason: '' },
      ...{ eraseAtMs: 0, source: API_SOURCE, projects: [project] },
    };
  }

  async #change(change: Parameters<RegistryWriter['changeTenant']>[0], signal: AbortSignal) {
    const result = await this.#options.writer.changeTenant(change, signal);
    if (result.changes.length > 0) await this.#options.keeper.refresh(signal);
    return result;
  }
}

function requireChangeable(record: TenantRecord): void {
  if (record.source === FILE_SOURCE) requireOwnRecord(record);
  if (record.status === 'deleting')
    throw new AppError(
      'conflict',
      `Tenant ${record.path} is marked for deletion. An administrator can restore it until it is erased.`,
    );
}

function withProject(projects: readonly ProjectRecord[], project: ProjectRecord): readonly ProjectRecord[] {
  const others = projects.filter(({ projectId }) => projectId !== project.projectId);
  return [...others, project].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
}
