import type { HandlerContext } from '@connectrpc/connect';
import type { IngestSelection } from '../../../../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { DEFAULT_CELL } from '../../provisioning/cells.js';
import type { LedgerQuestion } from '../../usage/tenant-ledger.js';
import { requireTenant } from '../require-tenant.js';

const SIGNALS = ['', 'traces', 'metrics', 'logs', 'unknown'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
/** As long as the rows are kept. */
const MAX_RANGE_MS = 400n * 86_400_000n;

/** Refuses who is no administrator, an unknown tenant, and a range that is none. */
export function questionOf(
  { registry, store }: TenantQuotaContext,
  selection: IngestSelection | undefined,
  context: HandlerContext,
): LedgerQuestion {
  requireAdmin(context);
  if (!selection) throw invalid('selection', 'selection is required.');
  const { tenantId, startUnixMs, endUnixMs, signal, limit } = selection;
  if (!SIGNALS.includes(signal))
    throw invalid('signal', `signal must be traces, metrics, logs or unknown, got "${signal}".`);
  if (startUnixMs < 0n || endUnixMs < startUnixMs || endUnixMs - startUnixMs > MAX_RANGE_MS)
    throw invalid('range', 'The range must end after it starts and be at most 400 days long.');
  // What belongs to nobody is in the cell that every mesh has.
  const cell = tenantId === 0 ? DEFAULT_CELL : requireTenant(registry, tenantId).cell;
  if (!cell) throw new AppError('not_found', `Tenant ${tenantId} has no cell.`, { field: 'tenant_id' });
  return {
    ...{ store, tenantId, startUnixMs, endUnixMs, signal, database: cell.database, abort: context.signal },
    limit: Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT),
  };
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
