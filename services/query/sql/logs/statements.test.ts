import { create } from '@bufbuild/protobuf';
import { describe } from 'vitest';
import { LogFilterSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { EVIL, testGoldenStatements } from '../../../../test/_util/golden-statements.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import { NO_LOG_FILTER, readLogFilter } from '../../logs/log-filter.js';
import { traceTime } from '../traces/trace-time.js';
import { logPageEdge, logPageNewest, logPageRows } from './log-page.js';
import { logServices, logSeverityCounts, logSeverityRepeats } from './log-summary.js';
import { logTailCounts, logTailRows } from './log-tail.js';

const id = (bytes: number) => new Uint8Array(bytes).fill(0x1a);
const range = { startUnixNano: 1_000n, endUnixNano: 2_000n };
const every = readLogFilter(
  create(LogFilterSchema, {
    serviceNames: [EVIL],
    notServiceNames: [EVIL, 'b'],
    severityNumbers: [17],
    notSeverityNumbers: [1, 2],
    aboveSeverityNumber: 8,
    belowSeverityNumber: 20,
    traceIds: [id(16)],
    spanIds: [id(8)],
    traceFlags: [1],
    notTraceFlags: [0],
    fingerprints: [id(16)],
    attributes: [
      { name: EVIL, value: EVIL },
      { name: 'b', value: '' },
    ],
    resourceAttributes: [{ name: EVIL, value: EVIL }],
    bodyWords: [EVIL, 'Refused', '->'],
    notBodyWords: [EVIL, 'a b'],
    bodyContains: ['x refused by y', 'part'],
    notBodyContains: [EVIL],
  }),
);
const page = { range, filter: NO_LOG_FILTER, isDescending: true, limit: 100 };
const expressed = readLogFilter(
  create(LogFilterSchema, {
    serviceNames: ['shop'],
    expression: `severity >= warn AND NOT (refused OR "x refused by ${EVIL.replaceAll("'", '')}") AND log.k = 3 AND resource.zone EXISTS OR body =~ "^a"`,
  }),
);
const after = { unixNano: 1_500n, content: 2n ** 64n - 1n };
const neighbours = { ...NO_LOG_FILTER, serviceNames: ['shop'], resourceHash: '7' };

const STATEMENTS: Readonly<Record<string, BoundStatement>> = {
  'page-edge': logPageEdge(page),
  'page-edge-oldest-first': logPageEdge({ ...page, filter: neighbours, isDescending: false }),
  'page-newest': logPageNewest(page),
  'page-oldest-every-filter': logPageNewest({ ...page, filter: every, isDescending: false }),
  'page-rows': logPageRows(page),
  'page-rows-every-filter-after': logPageRows({ ...page, filter: every, after }),
  'page-rows-expression': logPageRows({ ...page, filter: expressed }),
  'page-rows-oldest-first-after': logPageRows({ ...page, filter: neighbours, isDescending: false, after }),
  services: logServices(range, { ...NO_LOG_FILTER, serviceNames: [EVIL] }),
  'severity-counts': logSeverityCounts({ range, filter: NO_LOG_FILTER, bucketNano: 60n, buckets: 3 }),
  'severity-repeats': logSeverityRepeats({ range, filter: every, bucketNano: 60n, buckets: 3 }),
  'tail-counts': logTailCounts(range, neighbours, 400),
  'tail-rows': logTailRows({ range, filter: neighbours, seconds: [1, 2], limit: 500 }),
  'trace-time': traceTime(['1a'.repeat(16)], range),
};

describe('statements about logs', () => {
  testGoldenStatements(STATEMENTS, `${import.meta.dirname}/golden`);
});
