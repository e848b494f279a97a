import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestAdminService } from '../../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { getTenantLedger } from './get-tenant-ledger.js';
import { listTenantRejects } from './list-tenant-rejects.js';
import { listTenantServices } from './list-tenant-services.js';

/** Every call of the contract for what became of everybody's exports. */
export function ingestAdminCalls(context: TenantQuotaContext): ServiceImpl<typeof IngestAdminService> {
  return {
    getTenantLedger: getTenantLedger(context),
    listTenantServices: listTenantServices(context),
    listTenantRejects: listTenantRejects(context),
  };
}
