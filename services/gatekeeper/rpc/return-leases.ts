import type { ServiceImpl } from '@connectrpc/connect';
import type { RateLimitService, TenantLeaseReturn } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import type { GatekeeperContext } from '../context.js';
import { returnedLease } from '../rate-limit/grant-lease.js';
import { rateLimitsOf, SIGNAL_NAMES } from '../rate-limit/rate-limits.js';

export function returnLeases(
  context: GatekeeperContext,
): ServiceImpl<typeof RateLimitService>['returnLeases'] {
  return async ({ returns }) => {
    await Promise.all(returns.map((entry) => returnLease(context, entry)));
    return {};
  };
}

async function returnLease(context: GatekeeperContext, entry: TenantLeaseReturn): Promise<void> {
  const signal = SIGNAL_NAMES[entry.signal];
  const tenant = context.directory.findTenant(entry.tenantId);
  if (!signal || !tenant?.limits) return;
  const { refusedRequests, projectId, returned } = entry;
  const hit = { tenantId: tenant.id, projectId: String(projectId), signal };
  if (refusedRequests > 0) context.limitHits.addMore(hit, refusedRequests);
  const limits = rateLimitsOf(tenant.limits);
  const given = returnedLease(returned, limits.windowMs);
  if (given) await context.rateLimiter.giveBack({ tenantId: tenant.id, signal, limits }, given);
}
