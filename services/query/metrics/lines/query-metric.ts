import {
  CounterView,
  MetricFunction,
  MetricType,
  type QueryMetricRequest,
} from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import type { GroupRow } from '../../sql/metrics/series-groups.js';
import { defaultFunctionOf, readFunction } from '../functions.js';
import { type MetricReading, readGroups, toPointQuery } from '../metric-reading.js';
import { invalid, readGroupKeys, readKind } from '../read-selection.js';
import { EACH_SERIES, type GroupKeys, type MetricKind } from '../selection.js';
import { distributionLines } from './distribution-lines.js';
import { type Labels, labelsOf, lineIdOf } from './labels.js';
import type { LineInit, LinesQuery, LineValues } from './line.js';
import { numberLinesOf } from './number-lines.js';
import { summaryQuantileLines } from './summary-lines.js';
import { readTraceIds, type TraceIds } from './trace-ids.js';

/** Stands for all attributes. */
const ALL_KEYS = '*';
const NANO_PER_MS = 1_000_000n;

/** Answers a QueryMetric. */
export async function queryMetricLines(
  context: MetricReading,
  request: QueryMetricRequest,
): Promise<LineInit[]> {
  const kind = readKind('selection.type', request.selection?.type ?? MetricType.UNSPECIFIED);
  const asked = readFunction(request.grouping?.function ?? MetricFunction.UNSPECIFIED, kind);
  const groupBy = readGrouping(request.grouping?.keys ?? [], asked);
  const isRate = readCounter(request.counter, kind);
  const { selection, stepMs } = request;
  // Points of histograms do not say for how long they stand.
  const mayBeRaw = !isRate || kind === 'sum';
  const query = toPointQuery(context, { selection, groupBy, stepMs, mayBeRaw });
  const groups = query ? await readGroups(context, query) : [];
  if (!query || groups.length === 0) return [];
  const fn = asked || effectiveFunction(kind, groupBy);
  const [lines, traceIds] = await Promise.all([
    readLines(context, { ...query, fn, isRate, modes: modesOf(groups) }),
    readTraceIds(context, query),
  ]);
  const labels = labelsOf(groups, groupBy);
  return groups.flatMap((group, index) => {
    const lineId = lineIdOf(group);
    const own = lines.filter((line) => line.lineId === lineId && line.points.length > 0);
    return own.map((line) => toLine(line, { group, labels: labels[index] ?? {}, traceIds }));
  });
}

function readLines(context: MetricReading, query: LinesQuery): Promise<readonly LineValues[]> {
  const { kind } = query.selection;
  if (kind === 'gauge' || kind === 'sum') return numberLinesOf(context, query);
  if (kind === 'summary' && query.fn === MetricFunction.QUANTILES)
    return summaryQuantileLines(context, query);
  return distributionLines(context, query);
}

/** No keys and no function: every series by itself. */
function readGrouping(keys: readonly string[], fn: MetricFunction): GroupKeys {
  const known = readGroupKeys('grouping.keys', keys);
  const isEach = known.includes(ALL_KEYS) || (known.length === 0 && fn === MetricFunction.UNSPECIFIED);
  return isEach ? EACH_SERIES : known;
}

/** Of a series by itself the sum is its own value. */
function effectiveFunction(kind: MetricKind, groupBy: GroupKeys): MetricFunction {
  return groupBy === EACH_SERIES && kind === 'gauge' ? MetricFunction.SUM : defaultFunctionOf(kind);
}

function readCounter(view: CounterView, kind: MetricKind): boolean {
  if (CounterView[view] === undefined) throw invalid('counter', `counter ${view} is not known.`);
  if (view !== CounterView.RATE) return false;
  if (kind === 'gauge') throw invalid('counter', 'counter does not apply to gauges: they have no increase.');
  return true;
}

function modesOf(groups: readonly GroupRow[]): LinesQuery['modes'] {
  return {
    hasDeltas: groups.some(({ deltas }) => deltas !== '0'),
    hasCounters: groups.some(({ counters }) => counters !== '0'),
    hasLevels: groups.some(({ is_level }) => is_level === 1),
  };
}

function toLine(
  { points, more, unit, lineId }: LineValues,
  { group, labels, traceIds }: { group: GroupRow; labels: Labels; traceIds: TraceIds },
): LineInit {
  return {
    labels: { ...labels, ...more },
    unit: unit ?? group.unit,
    description: group.description,
    points: points.map(({ time, value }) => ({
      timeUnixNano: BigInt(time) * NANO_PER_MS,
      value,
      traceIds: traceIds(lineId, time),
    })),
  };
}
