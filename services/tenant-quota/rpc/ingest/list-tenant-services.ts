import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestAdminService } from '../../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { toLedgerSums } from '../../../../lib/ingest-ledger/ledger-sums.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantServices } from '../../usage/tenant-ledger.js';
import { questionOf } from './question.js';

export function listTenantServices(
  context: TenantQuotaContext,
): ServiceImpl<typeof IngestAdminService>['listTenantServices'] {
  return async ({ selection, byItems }, call) => {
    const rows = await tenantServices(questionOf(context, selection, call), byItems);
    return { services: rows.map(toLedgerSums) };
  };
}
