import { z } from 'zod';
import { groupBy, ledgerFields, toLedgerJson } from '../../format/ingest-json.js';
import { timestampText } from '../../format/schemas.js';
import { formatTimestamp } from '../../format/timestamp.js';
import { defineQueryRoute } from '../../http/route.js';
import { serviceParam, signalParam } from '../../params/ingest-params.js';
import { timeRangeParams, toTimeRange } from '../../params/time-range.js';
import { LEDGER_EXAMPLE } from './examples.js';

const answer = z.object({
  start_time: timestampText,
  end_time: timestampText,
  signals: z
    .array(z.object({ signal: z.string(), ...ledgerFields }))
    .describe('One per kind of telemetry that was sent.'),
});

export const ingestLedgerRoute = defineQueryRoute({
  suffix: '/ingest/ledger',
  documentedSuffix: '/ingest/ledger',
  summary:
    'What became of everything that was sent, by signal: received = stored + duplicate + rejected + set_aside + pending − uncounted. By time of arrival in whole minutes, some seconds behind',
  query: z.object({ ...timeRangeParams, signal: signalParam, service_name: serviceParam }),
  answer,
  example: {
    query: { period: '1h', signal: 'traces' },
    answer: {
      start_time: '2031-02-03T04:00:00.000000000Z',
      end_time: '2031-02-03T05:00:00.000000000Z',
      signals: [{ signal: 'traces', ...LEDGER_EXAMPLE }],
    },
  },
  prepare: ({ params, nowMs }) => {
    const range = toTimeRange(params, nowMs);
    const { signal = '', service_name: service = '' } = params;
    return async (_query, { call }, { ingest }) => {
      const { sums } = await ingest.getIngestLedger({ range, signal, service }, call);
      return {
        start_time: formatTimestamp(range.startUnixNano),
        end_time: formatTimestamp(range.endUnixNano),
        signals: groupBy(sums, (sum) => sum.signal).map(([name, group]) => ({
          signal: name,
          ...toLedgerJson(group),
        })),
      };
    };
  },
});
