import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { requireService } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { pageOfTenants } from '../paging.js';
import { toProto } from '../to-proto.js';

export function listTenants({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService>['listTenants'] {
  return (request, context) => {
    requireService(context);
    const { views, nextPageToken } = pageOfTenants(registry, request);
    return { tenants: views.map(toProto), nextPageToken };
  };
}
