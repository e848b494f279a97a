import type { HandlerContext } from '@connectrpc/connect';
import { AppError } from '../../../lib/errors/app-error.js';
import { principalOf, type QueryLimits } from '../../../lib/rpc/caller.js';

/** Whose rows a call may read: the only source of tenant, project and database in a statement. */
export interface Reader {
  readonly tenantId: number;
  readonly projectId: bigint;
  /** Database of the tenant's cell. */
  readonly database: string;
  /** How far back rows may be shown, in days. */
  readonly retentionDays: number;
  /** What the tenant's queries may cost; undefined where nobody has said. */
  readonly queryLimits: QueryLimits | undefined;
}

/** Each of these lets its bearer read telemetry. */
const READ_SCOPES = ['read_observability', 'read_api', 'api'];

/** The reader named by the call's assertion; refuses with `permission_denied` when no scope allows reading. */
export function readerOf(context: HandlerContext): Reader {
  const { tenantId, projectId, database, retentionDays, queryLimits, scopes } = principalOf(context);
  if (!scopes.some((scope) => READ_SCOPES.includes(scope)))
    throw new AppError(
      'permission_denied',
      `The credential may not read telemetry: it needs one of the scopes ${READ_SCOPES.join(', ')}.`,
    );
  return { tenantId, projectId, database, retentionDays, queryLimits };
}
