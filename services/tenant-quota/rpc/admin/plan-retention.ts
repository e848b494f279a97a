import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import type {
  RetentionStepSchema,
  TenantAdminService,
} from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { dayText } from '../../retention/days.js';
import type { RetentionStep } from '../../retention/plan.js';
import { sumAmounts } from '../../retention/stored.js';
import { requireTenant } from '../require-tenant.js';

export function planRetention({
  registry,
  storage,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['planRetention'] {
  return async ({ tenantId }, context) => {
    requireAdmin(context);
    const only = tenantId === 0 ? undefined : requireTenant(registry, tenantId);
    const steps: MessageInitShape<typeof RetentionStepSchema>[] = [];
    const stopped: number[] = [];
    const isMeant = (one: { readonly tenantId: number }) => !only || one.tenantId === tenantId;
    for (const cell of registry.cells) {
      if (only && only.record.cell !== cell.name) continue;
      const plan = await storage.plan(cell, context.signal);
      steps.push(...plan.steps.flatMap((step) => toMessages(cell.name, step, isMeant)));
      stopped.push(
        ...plan.outcomes.filter((one) => one.isOverToday && isMeant(one)).map((one) => one.tenantId),
      );
    }
    return { steps, stoppedTenantIds: stopped };
  };
}

/** One message per reason. */
function toMessages(
  cell: string,
  { table, day, action, tenants }: RetentionStep,
  isMeant: (one: { readonly tenantId: number }) => boolean,
): MessageInitShape<typeof RetentionStepSchema>[] {
  return (['retention', 'storage_quota'] as const).flatMap((reason) => {
    const meant = tenants.filter((one) => one.reason === reason && isMeant(one));
    if (meant.length === 0) return [];
    const { rows, bytes } = sumAmounts(meant.map(({ amount }) => amount));
    const tenantIds = meant.map(({ tenantId }) => tenantId);
    const amounts = { rows: BigInt(rows), bytes: BigInt(Math.round(bytes)) };
    return [{ cell, table, day: dayText(day), action, tenantIds, reason, ...amounts }];
  });
}
