import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import type {
  TenantQuotaService,
  WatchTenantsResponseSchema,
} from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { requireService } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { ChangeFeed } from '../../registry/changes/change-feed.js';
import type { TenantRegistry, TenantView } from '../../registry/tenant-registry.js';
import { toProto } from '../to-proto.js';
import { decodeResumeToken, encodeResumeToken } from './resume-token.js';

/** Versions follow the clocks of several writers, so what is sent again begins this much earlier. */
const OVERLAP_MS = 60_000;

/**
 * Every tenant once, or with a resume token those that changed since; the last message of that has `synced`. Then changes.
 * Ends with the service, upon which clients reconnect.
 */
export function watchTenants(
  tenantQuota: TenantQuotaContext,
): ServiceImpl<typeof TenantQuotaService>['watchTenants'] {
  // Refusals are thrown before the stream begins: what a generator throws passes by the server's error mapping.
  return ({ resumeToken }, context) => {
    requireService(context);
    const listing = listSince(tenantQuota.registry, decodeResumeToken(resumeToken));
    // Opened together with the listing, so that no change falls between the two.
    const feed = new ChangeFeed(tenantQuota.registry);
    return stream(tenantQuota, { ...listing, feed, callerSignal: context.signal });
  };
}

interface Listing {
  readonly views: readonly TenantView[];
  readonly isFull: boolean;
}

/**
 * A version from beyond our newest one belongs to another history (the control database was restored, or this replica is
 * behind): only everything will do.
 */
function listSince(registry: TenantRegistry, since: number | undefined): Listing {
  if (since === undefined || since > registry.newestVersion) return { views: registry.all(), isFull: true };
  const views = registry.allViews().filter(({ version }) => version > since - OVERLAP_MS);
  return { views, isFull: false };
}

interface Watch extends Listing {
  readonly feed: ChangeFeed;
  readonly callerSignal: AbortSignal;
}

async function* stream(
  { registry, stopping }: TenantQuotaContext,
  { views, isFull, feed, callerSignal }: Watch,
): AsyncGenerator<MessageInitShape<typeof WatchTenantsResponseSchema>, void> {
  const signal = AbortSignal.any([callerSignal, stopping]);
  const synced = () => ({
    synced: true,
    full: isFull,
    resumeToken: encodeResumeToken(registry.newestVersion),
  });
  try {
    if (views.length === 0) yield synced();
    for (const [index, view] of views.entries()) {
      if (signal.aborted) return;
      yield { tenant: toProto(view), ...(index === views.length - 1 && synced()) };
    }
    for await (const view of feed.changes(signal)) {
      // While others wait, the point that was reached is the one before them.
      const resumeToken = feed.isDrained ? encodeResumeToken(registry.newestVersion) : '';
      yield { tenant: toProto(view), resumeToken };
    }
  } finally {
    feed.close();
  }
}
