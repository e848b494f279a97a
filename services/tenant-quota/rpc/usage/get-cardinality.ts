import type { ServiceImpl } from '@connectrpc/connect';
import type { UsageService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { TenantQuotaContext } from '../../context.js';
import { dayOf } from '../../retention/days.js';
import { readCardinality } from '../../usage/cardinality.js';
import { requireTenant } from '../require-tenant.js';
import { requireReader } from './require-reader.js';
import { withCost } from './with-cost.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Last day that a Date of the store can hold, in 2149. */
const MAX_DAY = 65_535;

export function getCardinality({
  store,
  registry,
}: TenantQuotaContext): ServiceImpl<typeof UsageService>['getCardinality'] {
  return async ({ day: asked, limit }, context) => {
    const { tenantId, projectId, database } = requireReader(context);
    if (asked > MAX_DAY)
      throw new AppError('invalid_argument', `day must be at most ${MAX_DAY}, got ${asked}.`, {
        field: 'day',
      });
    const day = asked || dayOf(Date.now());
    const { maxMetricSeries, maxAttributeKeys, maxAttributeValuesPerKey } = requireTenant(
      registry,
      tenantId,
    ).limits;
    const question = {
      database,
      tenantId,
      projectId,
      day,
      limit: Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT),
    };
    const counted = withCost(store, context);
    const { tenant, metrics, attributes } = await readCardinality(counted, question, context.signal);
    return {
      day,
      tenantSeries: BigInt(tenant.series),
      tenantOverflowSeries: BigInt(tenant.overflow),
      maxMetricSeries: BigInt(maxMetricSeries),
      maxAttributeKeys: BigInt(maxAttributeKeys),
      maxAttributeValuesPerKey: BigInt(maxAttributeValuesPerKey),
      metrics: metrics.map(({ metric, series, overflow }) => ({
        ...{ metric, series: BigInt(series), overflowSeries: BigInt(overflow) },
      })),
      attributes: attributes.map(({ signal, source, key, values }) => ({
        ...{ signal, source, key, values: BigInt(values) },
        isCapped: Number(values) >= maxAttributeValuesPerKey,
      })),
    };
  };
}
