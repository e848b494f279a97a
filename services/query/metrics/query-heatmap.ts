import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  HeatmapPartSchema,
  HeatmapSchema,
  QueryHeatmapRequest,
} from '../../../gen/es/gob/query/v1/metrics_pb.js';
import {
  type ExplicitRow,
  type ExponentialRow,
  explicitDistributions,
  exponentialDistributions,
} from '../sql/metrics/distributions.js';
import { type BucketExemplarsRow, exemplarsByBucket } from '../sql/metrics/exemplars.js';
import { fromHex } from '../traces/span-row.js';
import { toExponential } from './histograms/distribution.js';
import { countsIn, layoutOf } from './histograms/exponential.js';
import { groupBy } from './lines/group-by.js';
import { labelsOf, lineIdOf } from './lines/labels.js';
import { parseNumber } from './lines/number-text.js';
import { type MetricReading, readGroups, requirePoints, toPointQuery } from './metric-reading.js';
import { invalid, readGroupKeys, readKind } from './read-selection.js';
import type { PointQuery } from './selection.js';

type HeatmapInit = MessageInitShape<typeof HeatmapSchema>;
type PartInit = MessageInitShape<typeof HeatmapPartSchema>;

/** As the contract says. */
const MAX_EXPONENTIAL_BUCKETS = 64;
const EXEMPLARS_PER_COLUMN = 20;
const NANO_PER_MS = 1_000_000n;

/** Counts of one layout of bounds. */
interface Part {
  readonly upperBounds: readonly number[];
  /** By time. */
  readonly columns: readonly { readonly time: string; readonly counts: readonly bigint[] }[];
}

/** Answers a QueryHeatmap. */
export async function queryHeatmaps(
  context: MetricReading,
  request: QueryHeatmapRequest,
): Promise<HeatmapInit[]> {
  const kind = readKind('selection.type', request.selection?.type ?? 0);
  if (kind !== 'histogram' && kind !== 'exp_histogram')
    throw invalid(
      'selection.type',
      'selection.type must be a histogram or an exponential histogram; nothing else has buckets.',
    );
  const { selection, stepMs } = request;
  const keys = readGroupKeys('group_by', request.groupBy);
  const query = toPointQuery(context, { selection, groupBy: keys, stepMs, mayBeRaw: false });
  const groups = query ? await readGroups(context, query) : [];
  if (!query || groups.length === 0) return [];
  const [parts, exemplars] = await Promise.all([readParts(context, query), readExemplars(context, query)]);
  requirePoints(context, cellsOf(parts));
  const labels = labelsOf(groups, keys);
  return groups.flatMap((group, index) => {
    const lineId = lineIdOf(group);
    const own = parts.get(lineId);
    if (!own) return [];
    const [first, ...others] = own.toSorted(byMeasurements);
    const shown = [
      first && toPart(first, exemplars.get(lineId)),
      ...others.map((part) => toPart(part, undefined)),
    ];
    return [
      {
        labels: labels[index] ?? {},
        unit: group.unit,
        description: group.description,
        parts: shown.filter((part) => part !== undefined),
      },
    ];
  });
}

async function readParts(
  { reading, budget }: MetricReading,
  query: PointQuery,
): Promise<ReadonlyMap<string, readonly Part[]>> {
  const asked = { ...query, maxPoints: budget.queryMaxMetricPoints };
  if (query.selection.kind === 'exp_histogram') {
    const rows = await reading.rows<ExponentialRow>(exponentialDistributions(asked));
    return mapValues(groupBy(rows, lineIdOf), (own) => [exponentialPart(own)]);
  }
  const rows = await reading.rows<ExplicitRow>(explicitDistributions(asked));
  return mapValues(groupBy(rows, lineIdOf), (own) =>
    [...groupBy(own, ({ bounds }) => JSON.stringify(bounds)).values()].map(explicitPart),
  );
}

function explicitPart(rows: readonly ExplicitRow[]): Part {
  const bounds = (rows[0]?.bounds ?? []).map(parseNumber);
  // A histogram may name the infinite bound itself.
  const isOpen = bounds.at(-1) === Number.POSITIVE_INFINITY;
  return {
    upperBounds: isOpen ? bounds : [...bounds, Number.POSITIVE_INFINITY],
    columns: rows.map(({ t, counts = [] }) => ({
      time: t,
      counts: counts.slice(0, isOpen ? -1 : undefined).map(BigInt),
    })),
  };
}

function exponentialPart(rows: readonly ExponentialRow[]): Part {
  const histograms = rows.map((row) => ({ time: row.t, histogram: toExponential(row) }));
  const layout = layoutOf(
    histograms.map(({ histogram }) => histogram),
    MAX_EXPONENTIAL_BUCKETS,
  );
  return {
    upperBounds: layout.upperBounds,
    columns: histograms.map(({ time, histogram }) => ({ time, counts: countsIn(layout, histogram) })),
  };
}

function byMeasurements(a: Part, b: Part): number {
  const [countA, countB] = [measurements(a), measurements(b)];
  if (countA === countB) return 0;
  return countA > countB ? -1 : 1;
}

function measurements({ columns }: Part): bigint {
  return columns.reduce((sum, { counts }) => counts.reduce((below, count) => below + count, sum), 0n);
}

function cellsOf(parts: ReadonlyMap<string, readonly Part[]>): number {
  return [...parts.values()]
    .flat()
    .reduce((sum, { upperBounds, columns }) => sum + upperBounds.length * columns.length, 0);
}

/** Exemplars by line, then by time. */
type Exemplars = ReadonlyMap<string, BucketExemplarsRow['exemplars']>;

async function readExemplars(
  { reading, budget }: MetricReading,
  query: PointQuery,
): Promise<ReadonlyMap<string, Exemplars>> {
  const limits = { perBucket: EXEMPLARS_PER_COLUMN, maxRows: budget.queryMaxMetricPoints };
  const rows = await reading.rows<BucketExemplarsRow>(exemplarsByBucket(query, limits));
  return mapValues(groupBy(rows, lineIdOf), (own) => new Map(own.map(({ t, exemplars }) => [t, exemplars])));
}

function toPart({ upperBounds, columns }: Part, exemplars: Exemplars | undefined): PartInit {
  return {
    upperBounds: [...upperBounds],
    columns: columns.map(({ time, counts }) => ({
      timeUnixNano: BigInt(time) * NANO_PER_MS,
      counts: counts.map((count) => (count > 0n ? count : 0n)),
      exemplars: (exemplars?.get(time) ?? []).flatMap(([, traceId, value]) => {
        const bound = upperBounds.findIndex((upper) => parseNumber(value) <= upper);
        return bound < 0 ? [] : [{ bound, traceId: fromHex(traceId) }];
      }),
    })),
  };
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
