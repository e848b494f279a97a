import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { pageOfTenants } from '../paging.js';
import { toEntry } from './entry.js';

export function listTenantEntries({
  registry,
  storage,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['listTenantEntries'] {
  return (request, context) => {
    requireAdmin(context);
    const { views, nextPageToken } = pageOfTenants(registry, request);
    return {
      entries: views.map((view) => toEntry(view, storage.bytesOf(view.record.tenantId))),
      nextPageToken,
    };
  };
}
