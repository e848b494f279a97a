import type { ConnectRouter } from '@connectrpc/connect';
import { TenantAdminService } from '../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { IngestAdminService } from '../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { ProvisioningService, UsageService } from '../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { TenantQuotaService } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { TenantQuotaContext } from '../context.js';
import { tenantAdminCalls } from './admin/index.js';
import { ingestAdminCalls } from './ingest/index.js';
import { provisioningCalls } from './provisioning/index.js';
import { tenantQuotaCalls } from './registry/index.js';
import { getCardinality } from './usage/get-cardinality.js';
import { getStorageUsage } from './usage/get-storage-usage.js';

/** Every contract of this service. */
export function routeCalls(router: ConnectRouter, context: TenantQuotaContext): void {
  router.service(TenantQuotaService, tenantQuotaCalls(context));
  router.service(ProvisioningService, provisioningCalls(context));
  router.service(TenantAdminService, tenantAdminCalls(context));
  router.service(IngestAdminService, ingestAdminCalls(context));
  router.service(UsageService, {
    getStorageUsage: getStorageUsage(context),
    getCardinality: getCardinality(context),
  });
}
