import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestAdminService } from '../../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { toLedgerSums } from '../../../../lib/ingest-ledger/ledger-sums.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantLedger } from '../../usage/tenant-ledger.js';
import { questionOf } from './question.js';

export function getTenantLedger(
  context: TenantQuotaContext,
): ServiceImpl<typeof IngestAdminService>['getTenantLedger'] {
  return async ({ selection }, call) => {
    const rows = await tenantLedger(questionOf(context, selection, call));
    return { sums: rows.map(toLedgerSums) };
  };
}
