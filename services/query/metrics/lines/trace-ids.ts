import { type BucketExemplarsRow, exemplarsByBucket } from '../../sql/metrics/exemplars.js';
import { fromHex } from '../../traces/span-row.js';
import type { MetricReading } from '../metric-reading.js';
import type { PointQuery } from '../selection.js';
import { lineIdOf } from './labels.js';

/** As the contract says. */
const TRACES_PER_POINT = 10;

/** Traces by line and time in Unix milliseconds. */
export type TraceIds = (lineId: string, time: string) => Uint8Array<ArrayBuffer>[];

/** The newest traces with exemplars in each bucket; one trace may have several. */
export async function readTraceIds({ reading, budget }: MetricReading, query: PointQuery): Promise<TraceIds> {
  if (query.selection.kind === 'summary') return () => [];
  const limits = { perBucket: TRACES_PER_POINT, maxRows: budget.queryMaxMetricPoints };
  const rows = await reading.rows<BucketExemplarsRow>(exemplarsByBucket(query, limits));
  const byBucket = new Map(rows.map((row) => [`${lineIdOf(row)} ${row.t}`, row.exemplars]));
  return (lineId, time) => {
    const exemplars = byBucket.get(`${lineId} ${time}`) ?? [];
    return [...new Set(exemplars.map(([, traceId]) => traceId))].map(fromHex);
  };
}
