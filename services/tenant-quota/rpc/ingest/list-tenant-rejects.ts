import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestAdminService } from '../../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { toReject } from '../../../../lib/ingest-ledger/rejects.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantRejects } from '../../usage/tenant-ledger.js';
import { questionOf } from './question.js';

export function listTenantRejects(
  context: TenantQuotaContext,
): ServiceImpl<typeof IngestAdminService>['listTenantRejects'] {
  return async ({ selection }, call) => {
    const rows = await tenantRejects(questionOf(context, selection, call));
    return { rejects: rows.map(toReject) };
  };
}
