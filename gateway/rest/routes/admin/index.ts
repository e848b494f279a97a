import type { GatewayContext } from '../../../context.js';
import type { PlainRoute } from '../../http/route.js';
import { auditRoute } from './audit.js';
import { listCellsRoute, putCellRoute } from './cells.js';
import { deleteTenantRoute } from './delete-tenant.js';
import { getTenantRoute } from './get-tenant.js';
import { tenantRejectsRoute, turnedAwayRoute } from './ingest/rejects.js';
import { tenantLedgerRoute } from './ingest/tenant-ledger.js';
import { tenantServicesRoute } from './ingest/tenant-services.js';
import { listTenantsRoute } from './list-tenants.js';
import { abortMoveRoute, getMoveRoute, moveTenantRoute } from './moves.js';
import { putTenantRoute } from './put-tenant.js';
import { retentionPlanRoute } from './retention-plan.js';
import { getTierRoute, putTierRoute } from './tiers.js';

/** What those who run the mesh can do. */
export const adminRoutes = (context: GatewayContext): readonly PlainRoute[] => [
  listTenantsRoute(context),
  getTenantRoute(context),
  putTenantRoute(context),
  deleteTenantRoute(context),
  moveTenantRoute(context),
  getMoveRoute(context),
  abortMoveRoute(context),
  getTierRoute(context),
  putTierRoute(context),
  listCellsRoute(context),
  putCellRoute(context),
  retentionPlanRoute(context),
  auditRoute(context),
  tenantLedgerRoute(context),
  tenantServicesRoute(context),
  tenantRejectsRoute(context),
  turnedAwayRoute(context),
];
