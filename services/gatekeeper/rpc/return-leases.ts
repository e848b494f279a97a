import type { ServiceImpl } from '@connectrpc/connect';
import type { RateLimitService, TenantLeaseReturn } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { GatekeeperContext } from '../context.js';
import { readReturn } from '../rate-limit/lease-return.js';
import { rateLimitsOf, SIGNAL_NAMES } from '../rate-limit/rate-limits.js';

/** Tenants and signals that one receiver gives back at once. */
const MAX_RETURNS = 30_000;

export function returnLeases(
  context: GatekeeperContext,
): ServiceImpl<typeof RateLimitService>['returnLeases'] {
  return async ({ returns }) => {
    if (returns.length > MAX_RETURNS)
      throw new AppError(
        'invalid_argument',
        `At most ${MAX_RETURNS} returns at once, got ${returns.length}.`,
        {
          field: 'returns',
        },
      );
    const outcomes = await Promise.all(returns.map((entry) => returnLease(context, entry)));
    if (outcomes.includes('refused') && !outcomes.includes('entered'))
      throw new AppError(
        'permission_denied',
        'None of these leases was given to who returns them, or lately.',
      );
    return {};
  };
}

/** Only who got a lease of the tenant has a seal of it; without one nothing of an entry is looked at. */
async function returnLease(
  context: GatekeeperContext,
  entry: TenantLeaseReturn,
): Promise<'entered' | 'refused' | 'skipped'> {
  const signal = SIGNAL_NAMES[entry.signal];
  const tenant = context.directory.findTenant(entry.tenantId);
  if (!signal || !tenant?.limits) return 'skipped';
  const { refusedRequests, projectId, returned: given } = entry;
  const owner = { tenantId: tenant.id, signal };
  if (!context.leaseSeals.isKnown(owner, [...(given?.seals ?? []), entry.seal])) return 'refused';
  if (refusedRequests > 0)
    context.limitHits.addMore({ ...owner, projectId: String(projectId) }, refusedRequests);
  const limits = rateLimitsOf(tenant.limits);
  const { returned } = await readReturn(context.leaseSeals, { owner, given, windowMs: limits.windowMs });
  if (returned) await context.rateLimiter.giveBack({ ...owner, limits }, returned);
  return 'entered';
}
