import { z } from 'zod';
import type { Exemplar } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { formatDecimal } from '../../format/decimal.js';
import { toSpanIdText, toTraceIdText } from '../../format/ids.js';
import { textMap, timestampText, traceIdText } from '../../format/schemas.js';
import { formatTimestamp } from '../../format/timestamp.js';
import { defineQueryRoute } from '../../http/route.js';
import { seriesParams, toSelection } from '../../params/metric-params.js';
import { pageSize } from '../../params/page-size.js';

const query = z.object({
  ...seriesParams,
  limit: pageSize.optional().describe('Exemplars at most. Default 100; more than 1000 is cut to 1000.'),
});

/** A measurement as every route shows it. */
export const exemplar = z.object({
  timestamp: timestampText,
  value: z.string().describe('Decimal text.'),
  trace_id: traceIdText,
  span_id: z.string().describe('16 upper-case hex digits, or empty.'),
  service_name: z.string(),
  attributes: textMap.describe('Of the measurement, beside those of the series.'),
  series_attributes: textMap,
});

const answer = z.object({
  exemplars: z.array(exemplar).describe('Newest first.'),
  has_more: z.boolean().describe('There are older ones in the range.'),
});

export const EXEMPLAR_EXAMPLE: z.infer<typeof exemplar> = {
  timestamp: '2031-02-03T04:05:06.123000000Z',
  value: '1.000000',
  trace_id: '0a1b2c3d-0000-4000-8000-00000000beef',
  span_id: '00AA11BB22CC33DD',
  service_name: 'shop',
  attributes: {},
  series_attributes: { region: 'eu' },
};

export const listMetricExemplarsRoute = defineQueryRoute({
  suffix: '/metrics/exemplars',
  documentedSuffix: '/metrics/exemplars',
  summary: 'Measurements of a metric that belong to traces: the way from a metric to its traces',
  query,
  answer,
  example: {
    query: { mname: 'cart.items', mtype: 'Sum', attrs: ['region,eq,eu'], period: '1h' },
    answer: {
      exemplars: [EXEMPLAR_EXAMPLE],
      has_more: false,
    },
  },
  prepare: ({ params, nowMs }) => {
    const request = {
      selection: toSelection(params, nowMs),
      limit: Math.min(Number(params.limit ?? 0), 1_000),
    };
    return async (_query, { call }, { metrics }): Promise<z.infer<typeof answer>> => {
      const { exemplars, hasMore } = await metrics.listExemplars(request, call);
      return { exemplars: exemplars.map(toExemplarItem), has_more: hasMore };
    };
  },
});

export function toExemplarItem(item: Exemplar): z.infer<typeof exemplar> {
  return {
    timestamp: formatTimestamp(item.timeUnixNano),
    value: formatDecimal(item.value, { minFraction: 6 }),
    trace_id: toTraceIdText(item.traceId),
    span_id: toSpanIdText(item.spanId),
    service_name: item.serviceName,
    attributes: item.attributes,
    series_attributes: item.seriesAttributes,
  };
}
