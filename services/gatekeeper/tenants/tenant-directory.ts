import type { Client } from '@connectrpc/connect';
import {
  type Project,
  type Tenant,
  type TenantQuotaService,
  TenantStatus,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { pause } from '../../../lib/lifecycle/pause.js';
import { levelOfWaiting } from '../../../lib/lifecycle/start-grace.js';
import { withAssertion } from '../../../lib/rpc/client.js';
import type { Logger } from '../../../lib/telemetry/logger.js';

export interface TenantDirectoryOptions {
  readonly client: Client<typeof TenantQuotaService>;
  /** A fresh assertion that lets this service call tenant-quota. */
  readonly assertion: () => Promise<string>;
  readonly readiness: Readiness;
  readonly logger: Logger;
}

export interface ProjectOfTenant {
  readonly project: Project;
  readonly tenant: Tenant;
}

/** What decisions need of the registry. Both throw `unavailable` until it has been received once. */
export type TenantLookup = Pick<TenantDirectory, 'findProject' | 'findTenant' | 'allProjects'>;

const DEPENDENCY = 'tenant-quota';
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;
/** Lines about one outage are at least this far apart. */
const WARN_INTERVAL_MS = 5_000;

/**
 * Every tenant and project, kept current by tenant-quota's stream. While the stream is away the last state stays in force,
 * so an outage of tenant-quota stops nobody who was known before it.
 */
export class TenantDirectory implements Closable {
  readonly #tenants = new Map<number, Tenant>();
  readonly #projects = new Map<bigint, ProjectOfTenant>();
  readonly #options: TenantDirectoryOptions;
  readonly #stopping = new AbortController();
  #synced = false;
  /** Where the stream was, so that a reconnect need not bring everything again. */
  #resumeToken = '';
  #running: Promise<void> | undefined;

  constructor(options: TenantDirectoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.readiness.block(DEPENDENCY, 'the tenants have not been received yet');
    this.#running = this.#follow();
  }

  findProject(projectId: bigint): ProjectOfTenant | undefined {
    this.#requireSynced();
    return this.#projects.get(projectId);
  }

  allProjects(): readonly ProjectOfTenant[] {
    this.#requireSynced();
    return [...this.#projects.values()];
  }

  findTenant(tenantId: number): Tenant | undefined {
    this.#requireSynced();
    return this.#tenants.get(tenantId);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #requireSynced(): void {
    if (this.#synced) return;
    throw new AppError('unavailable', 'The registry of tenants is not reachable yet; try again shortly.', {
      retryAfterMs: 2_000,
    });
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    let delayMs = RECONNECT_MIN_MS;
    // An outage is worth a line when it lasts; a moment of it belongs to every start.
    const startedAtMs = performance.now();
    let warnedAtMs = startedAtMs;
    while (!signal.aborted) {
      try {
        await this.#receive();
        delayMs = RECONNECT_MIN_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (performance.now() - warnedAtMs > WARN_INTERVAL_MS) {
          const level = this.#synced ? 'warn' : levelOfWaiting(startedAtMs);
          this.#options.logger[level](
            { reason: messageOf(error) },
            'the stream of tenants is away, trying again',
          );
          warnedAtMs = performance.now();
        }
      }
      await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, RECONNECT_MAX_MS);
    }
  }

  async #receive(): Promise<void> {
    const { client, assertion, readiness } = this.#options;
    const options = { ...withAssertion(await assertion(), this.#stopping.signal), timeoutMs: 0 };
    const seen = new Set<number>();
    const request = { resumeToken: this.#resumeToken };
    for await (const { tenant, synced, full, resumeToken } of client.watchTenants(request, options)) {
      if (tenant) this.#put(tenant, seen);
      if (resumeToken !== '') this.#resumeToken = resumeToken;
      if (!synced) continue;
      if (full) this.#dropUnseen(seen);
      this.#synced = true;
      readiness.unblock(DEPENDENCY);
    }
  }

  #put(tenant: Tenant, seen: Set<number>): void {
    this.#forget(tenant.id);
    if (tenant.status === TenantStatus.DELETED) return;
    seen.add(tenant.id);
    this.#tenants.set(tenant.id, tenant);
    for (const project of tenant.projects) this.#projects.set(project.id, { project, tenant });
  }

  #forget(tenantId: number): void {
    for (const project of this.#tenants.get(tenantId)?.projects ?? []) {
      if (this.#projects.get(project.id)?.tenant.id === tenantId) this.#projects.delete(project.id);
    }
    this.#tenants.delete(tenantId);
  }

  /** A tenant that was deleted while the stream was away is missing from the next full listing. */
  #dropUnseen(seen: ReadonlySet<number>): void {
    for (const tenantId of [...this.#tenants.keys()]) if (!seen.has(tenantId)) this.#forget(tenantId);
  }
}
