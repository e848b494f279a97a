import { TENANT_ID } from '../harness.js';
import { TIME } from './metric-samples.js';

export const SERIES_COLUMNS = '* EXCEPT (ProjectId, SeriesId, LastSeen)';
const seriesRow = (MetricName: string, fields: object = {}) => ({
  TenantId: TENANT_ID,
  Day: new Date(Number(TIME / 1_000_000n)).toISOString().slice(0, 10),
  MetricName,
  Type: 'gauge',
  Temporality: 'unspecified',
  IsMonotonic: false,
  Unit: '',
  Description: '',
  ServiceName: 'shop',
  ResourceAttrs: { host: 'h1', 'service.name': 'shop' },
  ScopeName: 'meter',
  ScopeVersion: '3',
  ScopeAttrs: { s: 'x' },
  Attrs: {},
  ...fields,
});
export const SERIES = [
  seriesRow('exponential.bare', { Type: 'exp_histogram', Temporality: 'cumulative' }),
  seriesRow('exponential.full', { Type: 'exp_histogram', Temporality: 'delta' }),
  seriesRow('gauge.double', { Unit: 's', Description: 'A gauge ü', Attrs: { k: 'v' } }),
  ...['gauge.gap', 'gauge.int', 'gauge.large', 'gauge.lowest', 'gauge.odd'].map((name) => seriesRow(name)),
  seriesRow('histogram.bare', { Type: 'histogram', Temporality: 'cumulative' }),
  seriesRow('histogram.full', { Type: 'histogram', Temporality: 'delta' }),
  seriesRow('sum.cumulative', { Type: 'sum', Temporality: 'cumulative', IsMonotonic: true, Unit: '1' }),
  seriesRow('sum.delta', { Type: 'sum', Temporality: 'delta' }),
  seriesRow('summary', { Type: 'summary' }),
];
