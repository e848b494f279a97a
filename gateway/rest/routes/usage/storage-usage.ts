import { z } from 'zod';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { DailyUsage } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { QUERY_BASES } from '../../bases.js';
import type { Json } from '../../format/json.js';
import { int64 } from '../../format/schemas.js';
import { CostCollector } from '../../http/cost-collector.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { type RawParams, readParams } from '../../params/read-params.js';

const NANOS_PER_SECOND = 1_000_000_000n;

const number = (pattern: RegExp, expected: string) => z.string().regex(pattern, expected).transform(Number);
const query = z.object({
  month: number(/^(0?[1-9]|1[0-2])$/, 'expected a month from 1 to 12'),
  year: number(/^(19[7-9]\d|20\d\d)$/, 'expected a year from 1970 to 2099'),
});

const feature = z.record(z.string(), int64);
const usage = z.record(
  z.string().describe('The month.'),
  z.object({
    ...{ start_ts: int64, end_ts: int64, aggregated_total: int64, aggregated_per_feature: feature },
    data: z.record(z.string(), z.array(z.array(int64))).describe('[Unix nanoseconds, amount] by feature.'),
    ...{ data_breakdown: z.literal('daily'), data_unit: z.string() },
  }),
);
const answer = z.object({ events: usage.optional(), storage: usage.optional() });

/** Under every generation of paths, as all questions about a project. */
export const storageUsageRoutes = (context: GatewayContext): readonly PlainRoute[] =>
  QUERY_BASES.map((base) =>
    definePlainRoute({
      method: 'GET',
      path: `${base.path}/analytics/storage`,
      docs: { summary: 'Items and stored bytes of a month, by day and signal', query, answer },
      handle: async (request, reply) => {
        const { call } = await authorizeProject(context, { request, reply, action: Action.READ });
        const params = readParams(query, request.query as RawParams);
        const { days } = await context.usage.getStorageUsage(params, new CostCollector(reply).watch(call));
        return sendJson(reply, days.length === 0 ? {} : toJson(days, params));
      },
    }),
  );

function toJson(days: readonly DailyUsage[], month: { readonly year: number; readonly month: number }): Json {
  return {
    events: { [month.month]: series(days, month, { unit: '', amountOf: ({ items }) => items }) },
    storage: {
      [month.month]: series(days, month, { unit: 'bytes', amountOf: ({ storedBytes }) => storedBytes }),
    },
  };
}

function series(
  days: readonly DailyUsage[],
  { year, month }: { readonly year: number; readonly month: number },
  { unit, amountOf }: { readonly unit: string; readonly amountOf: (day: DailyUsage) => bigint },
): Json {
  const data: Record<string, bigint[][]> = {};
  const totals: Record<string, bigint> = {};
  for (const day of days) {
    const amount = amountOf(day);
    if (amount === 0n) continue;
    data[day.signal] = [...(data[day.signal] ?? []), [day.dayUnixSeconds * NANOS_PER_SECOND, amount]];
    totals[day.signal] = (totals[day.signal] ?? 0n) + amount;
  }
  const at = (monthIndex: number) => BigInt(Date.UTC(year, monthIndex)) * 1_000_000n;
  return {
    ...{ start_ts: at(month - 1), end_ts: at(month) - 1n },
    aggregated_total: Object.values(totals).reduce((sum, amount) => sum + amount, 0n),
    ...{ aggregated_per_feature: totals, data, data_breakdown: 'daily', data_unit: unit },
  };
}
