import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  Action,
  type AdmitRequest,
  type GatekeeperService,
  Signal,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { TenantLimits } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkAccess } from '../access/access.js';
import { type GatekeeperContext, identifyExporter } from '../context.js';
import { grantLease } from '../rate-limit/grant-lease.js';
import { SIGNAL_NAMES } from '../rate-limit/rate-limits.js';

/** How long a receiver may reuse an answer: a revoked token and a changed limit take effect within this. */
const VALID_MS = 1_000;

export function admit(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['admit'] {
  return async (request: AdmitRequest) => {
    const signal = SIGNAL_NAMES[request.signal];
    if (!signal)
      throw new AppError('invalid_argument', 'signal must be TRACES, LOGS or METRICS.', { field: 'signal' });
    const { credential, projectId, tenantId } = request;
    const identity = await identifyExporter(context, credential);
    const { project, tenant } = await checkAccess(context.directory, {
      identity,
      action: Action.WRITE,
      projectId,
      tenantId,
    });
    if (!tenant.limits)
      throw new AppError('unavailable', `Tenant ${tenant.path} has no limits yet; try again shortly.`);
    context.addresses.note(identity, request.clientAddress);
    // Final until there is room: an exporter that kept trying would only fill its own queue.
    if (tenant.ingestStopReason !== '') throw new AppError('storage_quota', tenant.ingestStopReason);
    const { maxRequestBytes, maxMetricSeries, maxAttributeKeys, maxAttributeValuesPerKey } = tenant.limits;
    const rate = await grantLease(context, { tenant, limits: tenant.limits, project, signal, request });
    return {
      tenantId: tenant.id,
      projectId: project.id,
      principal: identity.name,
      database: tenant.database,
      limits: {
        maxRequestBytes,
        retentionDays: retentionDaysOf(tenant.limits, request.signal),
        acceptFromDay: tenant.acceptFromDay,
        ...{ maxMetricSeries, maxAttributeKeys, maxAttributeValuesPerKey },
      },
      validUntil: timestampFromMs(Date.now() + VALID_MS),
      ...rate,
    };
  };
}

/** A signal without a retention of its own follows the general one. */
function retentionDaysOf(limits: TenantLimits, signal: Signal): number {
  const own = {
    [Signal.UNSPECIFIED]: 0,
    [Signal.TRACES]: limits.tracesRetentionDays,
    [Signal.METRICS]: limits.metricsRetentionDays,
    [Signal.LOGS]: limits.logsRetentionDays,
  }[signal];
  return own || limits.retentionDays;
}
