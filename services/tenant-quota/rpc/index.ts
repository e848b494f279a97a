import type { ConnectRouter } from '@connectrpc/connect';
import { TenantAdminService } from '../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { IngestAdminService } from '../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { MoveService, PlacementService } from '../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { ProvisioningService, UsageService } from '../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { TenantQuotaService } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { TenantQuotaContext } from '../context.js';
import { tenantAdminCalls } from './admin/index.js';
import { ingestAdminCalls } from './ingest/index.js';
import { abortMove } from './moves/abort-move.js';
import { getMove } from './moves/get-move.js';
import { moveTenant } from './moves/move-tenant.js';
import { reportPlacement } from './moves/report-placement.js';
import { provisioningCalls } from './provisioning/index.js';
import { tenantQuotaCalls } from './registry/index.js';
import { getCardinality } from './usage/get-cardinality.js';
import { getStorageQuota } from './usage/get-storage-quota.js';
import { getStorageUsage } from './usage/get-storage-usage.js';

/** Every contract of this service. */
export function routeCalls(router: ConnectRouter, context: TenantQuotaContext): void {
  router.service(TenantQuotaService, tenantQuotaCalls(context));
  router.service(ProvisioningService, provisioningCalls(context));
  router.service(TenantAdminService, tenantAdminCalls(context));
  router.service(MoveService, {
    moveTenant: moveTenant(context),
    getMove: getMove(context),
    abortMove: abortMove(context),
  });
  router.service(PlacementService, { reportPlacement: reportPlacement(context) });
  router.service(IngestAdminService, ingestAdminCalls(context));
  router.service(UsageService, {
    getStorageUsage: getStorageUsage(context),
    getCardinality: getCardinality(context),
    getStorageQuota: getStorageQuota(context),
  });
}
