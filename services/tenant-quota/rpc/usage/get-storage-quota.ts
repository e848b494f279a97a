import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { UsageService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { acceptFromDayOf } from '../../retention/storage-states.js';
import { storageEvents } from '../../usage/storage-events.js';
import { requireTenant } from '../require-tenant.js';
import { requireReader } from './require-reader.js';
import { withCost } from './with-cost.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export function getStorageQuota({
  store,
  registry,
  storage,
}: TenantQuotaContext): ServiceImpl<typeof UsageService>['getStorageQuota'] {
  return async ({ limit }, context) => {
    const { tenantId } = requireReader(context);
    const view = requireTenant(registry, tenantId);
    const question = { tenantId, limit: Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT) };
    const events = await storageEvents(withCost(store, context), question, context.signal);
    const bytes = storage.bytesOf(tenantId);
    return {
      limitBytes: BigInt(view.limits.storageBytes),
      ...(bytes !== undefined && { storedBytes: BigInt(Math.round(bytes)) }),
      stage: view.state?.stage ?? 'ok',
      ingestStopReason: view.state?.ingestStopReason ?? '',
      acceptFromDay: acceptFromDayOf(view),
      events: events.map(({ atMs, rows, bytes: amount, ...event }) => ({
        ...event,
        at: timestampFromMs(atMs),
        ...{ rows: BigInt(rows), bytes: BigInt(amount) },
      })),
    };
  };
}
