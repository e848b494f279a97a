import type { TenantRegistry } from './registry/tenant-registry.js';

/** What the calls need. */
export interface TenantQuotaContext {
  readonly registry: TenantRegistry;
  /** Ends when the service stops, so that streams end with it. */
  readonly stopping: AbortSignal;
}
