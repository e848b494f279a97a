import { z } from 'zod';
import { rejectJson, toRejectJson } from '../../format/ingest-json.js';
import { defineQueryRoute } from '../../http/route.js';
import { limitParam, serviceParam, signalParam } from '../../params/ingest-params.js';
import { timeRangeParams, toTimeRange } from '../../params/time-range.js';
import { REJECT_EXAMPLE } from './examples.js';

export const ingestRejectsRoute = defineQueryRoute({
  suffix: '/ingest/rejects',
  documentedSuffix: '/ingest/rejects',
  summary:
    'Why something was refused, or stored otherwise than it was sent: the latest first, equal ones once',
  query: z.object({
    ...timeRangeParams,
    ...{ signal: signalParam, service_name: serviceParam, limit: limitParam(50) },
    reason: z.string().optional().describe('Only this reason.'),
  }),
  answer: z.object({ rejects: z.array(rejectJson) }),
  example: { query: { period: '1h' }, answer: { rejects: [REJECT_EXAMPLE] } },
  prepare: ({ params, nowMs }) => {
    const { signal = '', service_name: service = '', reason = '', limit = 0 } = params;
    const request = { range: toTimeRange(params, nowMs), signal, service, reason, limit };
    return async (_query, { call }, { ingest }) => {
      const { rejects } = await ingest.listIngestRejects(request, call);
      return { rejects: rejects.map(toRejectJson) };
    };
  },
});
