import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { requireService } from '../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../context.js';
import { decodePageToken, encodePageToken } from './page-token.js';
import { toProto } from './to-proto.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** Pages by id, so that tenants added or changed between two pages neither repeat nor hide others. */
export function listTenants({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService>['listTenants'] {
  return ({ pageSize, pageToken }, context) => {
    requireService(context);
    const size = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    const afterId = decodePageToken(pageToken);
    const rest = registry.all().filter((tenant) => tenant.tenantId > afterId);
    const page = rest.slice(0, size);
    const last = page.at(-1);
    return {
      tenants: page.map((tenant) => toProto(tenant, registry)),
      nextPageToken: last && rest.length > page.length ? encodePageToken(last.tenantId) : '',
    };
  };
}
