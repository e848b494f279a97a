import { z } from 'zod';
import { ledgerFields, toLedgerJson } from '../../format/ingest-json.js';
import { defineQueryRoute } from '../../http/route.js';
import { limitParam, orderParam, signalParam } from '../../params/ingest-params.js';
import { timeRangeParams, toTimeRange } from '../../params/time-range.js';
import { LEDGER_EXAMPLE } from './examples.js';

const answer = z.object({
  services: z
    .array(z.object({ service_name: z.string(), ...ledgerFields }))
    .describe('The largest first. An empty name: without service.name, or refused unread.'),
});

export const ingestServicesRoute = defineQueryRoute({
  suffix: '/ingest/services',
  documentedSuffix: '/ingest/services',
  summary: 'Services by what they sent in a time range, the largest first, with what became of it',
  query: z.object({
    ...timeRangeParams,
    ...{ signal: signalParam, order_by: orderParam, limit: limitParam(20) },
  }),
  answer,
  example: {
    query: { period: '24h', order_by: 'items' },
    answer: { services: [{ service_name: 'shop', ...LEDGER_EXAMPLE }] },
  },
  prepare: ({ params, nowMs }) => {
    const { signal = '', order_by: order, limit = 0 } = params;
    const request = { range: toTimeRange(params, nowMs), signal, byItems: order === 'items', limit };
    return async (_query, { call }, { ingest }) => {
      const { services } = await ingest.listIngestServices(request, call);
      return { services: services.map((sums) => ({ service_name: sums.service, ...toLedgerJson([sums]) })) };
    };
  },
});
