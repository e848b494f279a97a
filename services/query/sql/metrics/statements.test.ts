import { join } from 'node:path';
import { describe } from 'vitest';
import { EVIL, testGoldenStatements } from '../../../../test/_util/golden-statements.js';
import type { MetricKind } from '../../metrics/selection.js';
import {
  allMetricKeys,
  metricKeys,
  metricList,
  metricsOfTraces,
  newestPoints,
  rangeOfTraces,
} from './catalogue.js';
import { explicitDistributions, exponentialDistributions } from './distributions.js';
import { exemplarsByBucket, newestExemplars } from './exemplars.js';
import { numberLines } from './numbers.js';
import { seriesGroups } from './series-groups.js';
import { summaryQuantiles } from './summary-quantiles.js';
import { exemplarsOfTrace, labelsOfSeries } from './trace-exemplars.js';

const stored = { startUnixNano: 10n, endUnixNano: 9_000n };
const window = { firstMs: 3_600_000n, fromMs: 3_300_000n, endMs: 7_200_000n, stepMs: 60_000n };
const raw = { ...window, stepMs: 0n };
const filters = (['equal', 'not_equal', 'match', 'not_match'] as const).map((operator) => ({
  key: EVIL,
  operator,
  value: EVIL,
}));
const plain = (kind: MetricKind) => ({
  selection: { name: EVIL, kind, filters: [] },
  window,
  maxPoints: 100,
});
const grouped = (kind: MetricKind) => ({ ...plain(kind), groupBy: [EVIL, 'b'] });
const each = (kind: MetricKind) => ({ ...plain(kind), groupBy: 'each' as const });
const filtered = { ...grouped('sum'), selection: { name: EVIL, kind: 'sum', filters } } as const;
const metrics = [
  { name: EVIL, kind: 'gauge' },
  { name: 'b', kind: 'summary' },
] as const;
const traceIds = ['ab'.repeat(16)];
const list = { stored, search: [], attributeKeys: [], among: undefined, limit: 50 };

describe('statements about metrics', () => {
  testGoldenStatements(
    {
      'series-groups': seriesGroups(grouped('histogram'), 10),
      'series-groups-each': seriesGroups(each('sum'), 10),
      'lines-of-levels': numberLines({ ...grouped('gauge'), form: 'levels', fn: 'avg' }),
      'lines-of-levels-min': numberLines({ ...grouped('gauge'), form: 'levels', fn: 'min' }),
      'lines-of-counters': numberLines({ ...each('sum'), form: 'counters', fn: 'sum' }),
      'lines-of-counters-filtered': numberLines({ ...filtered, form: 'counters', fn: 'max' }),
      'lines-by-points': numberLines({ ...each('sum'), window: raw, form: 'points', fn: 'sum' }),
      'lines-by-points-count': numberLines({ ...filtered, form: 'points', fn: 'count' }),
      histograms: explicitDistributions(grouped('histogram')),
      'summary-counts': explicitDistributions(grouped('summary')),
      'exponential-histograms': exponentialDistributions(grouped('exp_histogram')),
      'summary-quantiles': summaryQuantiles(each('summary')),
      'bucket-exemplars': exemplarsByBucket(filtered, { perBucket: 10, maxRows: 100 }),
      'newest-exemplars': newestExemplars(each('histogram'), 11),
      list: metricList(list),
      'list-filtered': metricList({ ...list, search: [EVIL, 'b'], attributeKeys: [EVIL], among: metrics }),
      keys: metricKeys(metrics, stored),
      'all-keys': allMetricKeys(stored, 1_000),
      'newest-points': newestPoints(metrics, stored),
      'metrics-of-traces': metricsOfTraces(traceIds, { range: stored, limit: 1_000 }),
      'exemplars-of-trace': exemplarsOfTrace('ab'.repeat(16), { range: stored, limit: 11 }),
      'labels-of-series': labelsOfSeries([{ name: EVIL, series_id: '7' }], stored),
      'trace-range': rangeOfTraces(traceIds, stored),
    },
    join(import.meta.dirname, 'golden'),
  );
});
