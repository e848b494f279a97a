import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetMetricRequest, GetMetricResponseSchema } from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { type MetricRow, metricList } from '../sql/metrics/catalogue.js';
import { storedRange } from '../time/time-range.js';
import { describeMetrics } from './describe-metrics.js';
import { defaultFunctionOf, functionsOf } from './functions.js';
import type { MetricReading } from './metric-reading.js';
import { readKind, readMetricName } from './read-selection.js';

/** Answers a GetMetric. */
export async function getStoredMetric(
  { reading, budget }: MetricReading,
  request: GetMetricRequest,
): Promise<MessageInitShape<typeof GetMetricResponseSchema>> {
  const name = readMetricName('name', request.name);
  const kind = readKind('type', request.type);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const among = [{ name, kind }];
  const rows = await reading.rows<MetricRow>(
    metricList({ stored, search: [], attributeKeys: [], among, limit: 1 }),
  );
  const [described] = await describeMetrics(reading, rows);
  if (!described)
    throw new AppError(
      'not_found',
      `There is no metric of this name and type in this project, or it is past its retention.`,
    );
  const { info, keys } = described;
  const fitsAnAnswer = Number(keys?.groups ?? 0) <= budget.queryMaxMetricSeries;
  return {
    metric: info,
    functions: [...functionsOf(kind)],
    defaultFunction: defaultFunctionOf(kind),
    defaultGroupBy: fitsAnAnswer ? [...(keys?.attribute_keys ?? [])].slice(0, 20) : [],
  };
}
