import { z } from 'zod';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { GetCardinalityResponse } from '../../../../gen/es/gob/tenantquota/v1/cardinality_pb.js';
import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { QUERY_BASES } from '../../bases.js';
import type { Json } from '../../format/json.js';
import { int64 } from '../../format/schemas.js';
import { CostCollector } from '../../http/cost-collector.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { type RawParams, readParams } from '../../params/read-params.js';

const MS_PER_DAY = 86_400_000;

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2031-02-03')
  .transform((text, context) => {
    const unixMs = Date.parse(`${text}T00:00:00Z`);
    if (unixMs >= MS_PER_DAY && new Date(unixMs).toISOString().startsWith(text)) return unixMs / MS_PER_DAY;
    context.addIssue({ code: 'custom', message: 'expected a day of the calendar from 1970-01-02 on' });
    return z.NEVER;
  });
const query = z.object({
  day: day.optional().describe('UTC day. Default: today.'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'expected a number from 1 to 100')
    .transform(Number)
    .optional()
    .describe('Most metrics and most attributes. Default: 20.'),
});
const answer = z.object({
  day: z.string(),
  series: z
    .object({ count: int64, overflow: int64, cap: int64 })
    .describe('Of all projects of the tenant. `overflow` are over the cap: stored without their labels.'),
  caps: z.object({ attribute_keys: int64, attribute_values_per_key: int64 }),
  metrics: z
    .array(z.object({ name: z.string(), series: int64, overflow: int64 }))
    .describe('Of the project, most series first.'),
  attributes: z
    .array(
      z.object({
        ...{ signal: z.string(), source: z.string(), name: z.string() },
        values: int64,
        capped: z.boolean(),
      }),
    )
    .describe('Of the project, most values first. `capped`: there may be more values in the data.'),
});

/** Next to the usage of storage, under every generation of paths. */
export const cardinalityRoutes = (context: GatewayContext): readonly PlainRoute[] =>
  QUERY_BASES.map((base) =>
    definePlainRoute({
      method: 'GET',
      path: `${base.path}/analytics/cardinality`,
      docs: { summary: 'Series and attribute values of a day, against the caps', query, answer },
      handle: async (request, reply) => {
        const { call } = await authorizeProject(context, { request, reply, action: Action.READ });
        const params = readParams(query, request.query as RawParams);
        const { day: asked = 0, limit = 0 } = params;
        const watched = new CostCollector(reply).watch(call);
        return sendJson(reply, toJson(await context.usage.getCardinality({ day: asked, limit }, watched)));
      },
    }),
  );

function toJson(cardinality: GetCardinalityResponse): Json {
  const { tenantSeries, tenantOverflowSeries, maxMetricSeries, metrics, attributes } = cardinality;
  return {
    day: new Date(cardinality.day * MS_PER_DAY).toISOString().slice(0, 10),
    series: { count: tenantSeries, overflow: tenantOverflowSeries, cap: maxMetricSeries },
    caps: {
      attribute_keys: cardinality.maxAttributeKeys,
      attribute_values_per_key: cardinality.maxAttributeValuesPerKey,
    },
    metrics: metrics.map(({ metric, series, overflowSeries }) => ({
      ...{ name: metric, series, overflow: overflowSeries },
    })),
    attributes: attributes.map(({ signal, source, key, values, isCapped }) => ({
      ...{ signal, source, name: key, values, capped: isCapped },
    })),
  };
}
