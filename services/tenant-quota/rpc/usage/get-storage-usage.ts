import type { ServiceImpl } from '@connectrpc/connect';
import type { UsageService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { TenantQuotaContext } from '../../context.js';
import { projectUsage } from '../../usage/project-usage.js';
import { requireReader } from './require-reader.js';
import { withCost } from './with-cost.js';

const SECONDS_PER_DAY = 86_400;
export function getStorageUsage({
  store,
}: TenantQuotaContext): ServiceImpl<typeof UsageService>['getStorageUsage'] {
  return async ({ year, month }, context) => {
    const { tenantId, projectId, database } = requireReader(context);
    if (year < 1970 || year > 2105)
      throw new AppError('invalid_argument', `year must be from 1970 to 2105, got ${year}.`, {
        field: 'year',
      });
    if (month < 1 || month > 12)
      throw new AppError('invalid_argument', `month must be from 1 to 12, got ${month}.`, { field: 'month' });
    const question = { database, tenantId, projectId, year, month };
    const days = await projectUsage(withCost(store, context), question, context.signal);
    return {
      days: days.map(({ day, signal, items, bytes }) => ({
        dayUnixSeconds: BigInt(day * SECONDS_PER_DAY),
        ...{ signal, items: BigInt(items), storedBytes: BigInt(bytes) },
      })),
    };
  };
}
