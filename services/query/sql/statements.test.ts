import { describe, expect, it } from 'vitest';
import type { BoundStatement } from '../clickhouse/reading.js';
import { operationNames, serviceNames } from './names.js';
import { traceCandidates } from './trace-candidates.js';
import { traceSpans } from './trace-detail.js';
import { lastSpanOfTraces, matchedSpans, traceSummaries } from './trace-summaries.js';

const range = { startUnixNano: 1_000n, endUnixNano: 2_000n };
const stored = { startUnixNano: 10n, endUnixNano: 9_000n };
const none = { serviceNames: [], operations: [] };
const evil = "x' OR 1=1 -- {tenantId:UInt32}";
const both = { serviceNames: [evil], operations: [evil, 'b'] };
const after = { key: 1_500n, traceId: 'ab'.repeat(16) };
const newest = { key: 'start', isDescending: true } as const;
const shortest = { key: 'duration', isDescending: false } as const;
const traces = { traceIds: ['ab'.repeat(16)], stored };
const page = { range, lastSpanUnixNano: 3_000n, limit: 50 };

const STATEMENTS: Readonly<Record<string, BoundStatement>> = {
  'candidates-newest': traceCandidates({ ...page, filter: none, order: newest }),
  'candidates-newest-filtered-after': traceCandidates({ ...page, filter: both, order: newest, after }),
  'candidates-shortest': traceCandidates({ ...page, filter: none, order: shortest }),
  'candidates-shortest-filtered-after': traceCandidates({ ...page, filter: both, order: shortest, after }),
  'last-span': lastSpanOfTraces(range, stored),
  'trace-summaries': traceSummaries(traces),
  'matched-by-service': matchedSpans(traces, { ...both, operations: [] }),
  'matched-by-operation': matchedSpans(traces, { ...both, serviceNames: [] }),
  'trace-spans': traceSpans({ traceId: 'ab'.repeat(16), stored, limit: 101 }),
  'service-names': serviceNames(stored),
  'operation-names': operationNames(evil, stored),
};

describe('statements', () => {
  for (const [name, { statement, params }] of Object.entries(STATEMENTS)) {
    it(`${name} is the one on file`, async () => {
      await expect(`${statement.sql}\n`).toMatchFileSnapshot(`golden/${name}.sql`);
    });

    it(`${name} reads its own tenant, project, cell and time only, without a value in its text`, () => {
      const tables = statement.sql.match(/\bFROM (?!\()\S+/g) ?? [];
      expect(tables.length).toBeGreaterThan(0);
      for (const table of tables) expect(table).toMatch(/^FROM \{database:Identifier\}\.[a-z_]+$/);
      const count = (pattern: RegExp) => statement.sql.match(pattern)?.length ?? 0;
      expect(count(/TenantId = \{tenantId:UInt32\} AND ProjectId = \{projectId:UInt64\}/g)).toBe(
        tables.length,
      );
      expect(count(/(\bDay|\bHour|toStartOfHour\(Timestamp\)) BETWEEN /g)).toBe(tables.length);
      expect(count(/FROM \{database:Identifier\}\.spans/g)).toBe(count(/ AND Timestamp BETWEEN /g));
      expect(statement.sql).not.toContain('1=1');
      expect(statement.name).toMatch(/^[a-z_]+$/);
      const used = new Set([...statement.sql.matchAll(/\{(\w+):/g)].map((match) => match[1]));
      const given = new Set(['database', 'tenantId', 'projectId', ...Object.keys(params)]);
      expect(used).toEqual(given);
    });
  }
});
