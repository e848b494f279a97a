import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { LogFilterSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import { NO_LOG_FILTER, readLogFilter } from '../../logs/log-filter.js';
import { attributeNames, attributeValues } from '../attributes.js';
import { traceTime } from '../trace-time.js';
import { logPageEdge, logPageRows } from './log-page.js';
import { logServices, logSeverityCounts } from './log-summary.js';
import { logTailCounts, logTailRows } from './log-tail.js';

const evil = "x' OR 1=1 -- {tenantId:UInt32}";
const id = (bytes: number) => new Uint8Array(bytes).fill(0x1a);
const range = { startUnixNano: 1_000n, endUnixNano: 2_000n };
const every = readLogFilter(
  create(LogFilterSchema, {
    serviceNames: [evil],
    notServiceNames: [evil, 'b'],
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
      { name: evil, value: evil },
      { name: 'b', value: '' },
    ],
    resourceAttributes: [{ name: evil, value: evil }],
    bodyWords: [evil, 'Refused', '->'],
    notBodyWords: [evil, 'a b'],
    bodyContains: ['x refused by y', 'part'],
    notBodyContains: [evil],
  }),
);
const page = { range, filter: NO_LOG_FILTER, isDescending: true, limit: 100 };
const after = { unixNano: 1_500n, content: 2n ** 64n - 1n };
const neighbours = { ...NO_LOG_FILTER, serviceNames: ['shop'], resourceHash: '7' };
const names = { signal: 'logs', source: undefined, search: '', range, limit: 10 } as const;

const STATEMENTS: Readonly<Record<string, BoundStatement>> = {
  'page-edge': logPageEdge(page),
  'page-edge-oldest-first': logPageEdge({ ...page, filter: neighbours, isDescending: false }),
  'page-rows': logPageRows(page),
  'page-rows-every-filter-after': logPageRows({ ...page, filter: every, after }),
  'page-rows-oldest-first-after': logPageRows({ ...page, filter: neighbours, isDescending: false, after }),
  services: logServices(range, { ...NO_LOG_FILTER, serviceNames: [evil] }),
  'severity-counts': logSeverityCounts({ range, filter: NO_LOG_FILTER, bucketNano: 60n, buckets: 3 }),
  'tail-counts': logTailCounts(range, neighbours, 400),
  'tail-rows': logTailRows({ range, filter: neighbours, seconds: [1, 2], limit: 500 }),
  'attribute-names': attributeNames(names),
  'attribute-values': attributeValues({ ...names, source: 'attr', search: evil }, evil),
  'trace-time': traceTime(['1a'.repeat(16)], range),
};

describe('statements about logs', () => {
  for (const [name, { statement, params }] of Object.entries(STATEMENTS)) {
    it(`${name} is the one on file`, async () => {
      await expect(`${statement.sql}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
    });

    it(`${name} reads its own tenant, project, cell and time only, without a value in its text`, () => {
      const { sql } = statement;
      const count = (pattern: RegExp) => sql.match(pattern)?.length ?? 0;
      expect(count(/\bFROM (?!\()/g)).toBe(1);
      expect(count(/\bFROM \{database:Identifier\}\.[a-z_]+$/gm)).toBe(1);
      expect(count(/WHERE TenantId = \{tenantId:UInt32\} AND ProjectId = \{projectId:UInt64\}$/gm)).toBe(1);
      const isOfLogs = sql.includes('}.logs');
      expect(
        count(isOfLogs ? / AND toStartOfFiveMinutes\(Timestamp\) BETWEEN /g : / AND Day BETWEEN /g),
      ).toBe(1);
      expect(count(/ AND Timestamp BETWEEN /g)).toBe(isOfLogs ? 1 : 0);
      expect(sql).not.toContain('1=1');
      expect(statement.name).toMatch(/^[a-z_]+$/);
      const used = new Set([...sql.matchAll(/\{(\w+):/g)].map((match) => match[1]));
      expect(used).toEqual(new Set(['database', 'tenantId', 'projectId', ...Object.keys(params)]));
    });
  }
});
