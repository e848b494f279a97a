import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import type {
  TenantQuotaService,
  WatchTenantsResponseSchema,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { requireService } from '../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../context.js';
import { ChangeFeed } from '../registry/change-feed.js';
import type { TenantRecord } from '../registry/tenant-record.js';
import { toProto } from './to-proto.js';

/**
 * Every tenant once, the last one with `synced`, then changes. Without any tenant a message of its own carries `synced`. Ends
 * with the service, upon which clients reconnect.
 */
export function watchTenants(
  tenantQuota: TenantQuotaContext,
): ServiceImpl<typeof TenantQuotaService>['watchTenants'] {
  // Refusals are thrown before the stream begins: what a generator throws passes by the server's error mapping.
  return (_request, context) => {
    requireService(context);
    const listing = tenantQuota.registry.all();
    // Opened together with the listing, so that no change falls between the two.
    const feed = new ChangeFeed(tenantQuota.registry);
    return stream(tenantQuota, { listing, feed, callerSignal: context.signal });
  };
}

interface Watch {
  readonly listing: readonly TenantRecord[];
  readonly feed: ChangeFeed;
  readonly callerSignal: AbortSignal;
}

async function* stream(
  { registry, stopping }: TenantQuotaContext,
  { listing, feed, callerSignal }: Watch,
): AsyncGenerator<MessageInitShape<typeof WatchTenantsResponseSchema>, void> {
  const signal = AbortSignal.any([callerSignal, stopping]);
  try {
    if (listing.length === 0) yield { synced: true };
    for (const [index, tenant] of listing.entries()) {
      if (signal.aborted) return;
      yield { tenant: toProto(tenant, registry), synced: index === listing.length - 1 };
    }
    for await (const tenant of feed.changes(signal)) {
      yield { tenant: toProto(tenant, registry), synced: false };
    }
  } finally {
    feed.close();
  }
}
