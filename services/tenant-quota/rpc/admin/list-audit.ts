import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { boundedPageSize } from '../paging.js';

export function listAudit({
  audit,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['listAudit'] {
  return async ({ tenantId, pageSize }, context) => {
    requireAdmin(context);
    const rows = await audit.list(tenantId, boundedPageSize(pageSize), context.signal);
    return {
      entries: rows.map(({ atMs, actor, action, cell, tableName, day, reason, ...row }) => ({
        ...{ actor, action, cell, table: tableName, reason, tenantId: row.tenantId },
        at: timestampFromMs(Number(atMs)),
        day: day === '1970-01-01' ? '' : day,
        rows: BigInt(row.rows),
        bytes: BigInt(row.bytes),
      })),
    };
  };
}
