import { join } from 'node:path';
import { describe } from 'vitest';
import { EVIL, testGoldenStatements } from '../../../../test/_util/golden-statements.js';
import { conditionOf, readSelection } from '../../filter/read-selection.js';
import { RED_FIELDS, RED_SERVICE_FIELDS, SPAN_FIELDS } from '../../traces/span-fields.js';
import { attributeKeys, attributeValues } from '../attributes/catalogue.js';
import { redFromFiveMinutes, redFromMinutes, redFromSpans } from './analytics.js';
import { operationNames, serviceNames } from './names.js';
import { serviceEdges, serviceTotals } from './service-graph.js';
import { traceCandidates } from './trace-candidates.js';
import { traceExtent, traceSpans } from './trace-detail.js';
import { fewMatches } from './trace-matches.js';
import { lastSpanOfTraces, longTraceSummaries, traceExtents, traceSummaries } from './trace-summaries.js';

const range = { startUnixNano: 1_000n, endUnixNano: 2_000n };
const stored = { startUnixNano: 10n, endUnixNano: 9_000n };
const quoted = JSON.stringify(EVIL);

function where(expression: string, fields = SPAN_FIELDS) {
  const filter = readSelection({ $typeName: 'gob.query.v1.Selection', expression }, fields);
  if (!filter) throw new Error('the case has no filter');
  return conditionOf(filter, fields);
}

const everything = where(
  `service in (${quoted}, b) AND operation !~ ${quoted} AND duration >= 1ms AND status = error AND kind != server
   AND span.${quoted} = ${quoted} AND span.n > 1 AND resource.n < 2 AND http.route exists AND event.e = ${quoted} AND link.l exists
   AND (trace_id = ${'ab'.repeat(16)} OR link_span_id != ${'cd'.repeat(8)}) AND event_name = exception AND ${quoted}`,
);
const after = { key: 1_500n, traceId: 'ab'.repeat(16) };
const newest = { key: 'start', isDescending: true } as const;
const shortest = { key: 'duration', isDescending: false } as const;
const traceId = 'ab'.repeat(16);
const page = { range, lastSpanUnixNano: 3_000n, limit: 50 };
const chart = { range, intervalSeconds: 60 };
const search = { signal: 'spans', search: EVIL, stored, limit: 100 } as const;
const cursor = { startUnixNano: 1_500n, spanId: 'cd'.repeat(8) };

describe('statements about traces', () => {
  testGoldenStatements(
    {
      'candidates-newest': traceCandidates({ ...page, condition: undefined, order: newest }),
      'candidates-newest-filtered-after': traceCandidates({
        ...page,
        condition: everything,
        order: newest,
        after,
      }),
      'candidates-shortest': traceCandidates({ ...page, condition: undefined, order: shortest }),
      'candidates-shortest-filtered-after': traceCandidates({
        ...page,
        condition: where('service = a'),
        order: shortest,
        after,
      }),
      'last-span': lastSpanOfTraces(range, stored),
      'trace-matches': fewMatches({ ...page, startUnixNano: 1_000n, condition: everything, atMost: 500 }),
      'trace-summaries': traceSummaries([{ traceId, unixNano: 1_768_474_800_000_000_000n }]),
      'long-trace-summaries': longTraceSummaries({ traceIds: [traceId], hours: range }),
      'trace-extents': traceExtents([traceId], stored),
      'trace-spans': traceSpans({ traceId, stored, limit: 101 }),
      'trace-spans-after': traceSpans({ traceId, stored, limit: 101, after: cursor }),
      'trace-extent': traceExtent({ traceId, stored }),
      'service-names': serviceNames(stored),
      'operation-names': operationNames(EVIL, stored),
      'red-from-minutes': redFromMinutes({ ...chart, condition: undefined }),
      'red-from-minutes-filtered': redFromMinutes({
        ...chart,
        condition: where(`service = ${quoted} AND kind = server`, RED_FIELDS),
      }),
      'red-from-five-minutes': redFromFiveMinutes({
        ...chart,
        condition: where(`service = ${quoted}`, RED_SERVICE_FIELDS),
      }),
      'red-from-spans': redFromSpans({ ...chart, condition: everything }),
      'service-totals': serviceTotals(range),
      'service-edges': serviceEdges({ range, parentsFromUnixNano: 500n, oneIn: 3 }),
      'attribute-keys': attributeKeys(search),
      'attribute-values': attributeValues({ ...search, sources: ['attr', 'resource'], key: EVIL }),
    },
    join(import.meta.dirname, 'golden'),
  );
});
