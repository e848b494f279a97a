import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Heatmap, HeatmapColumn, HeatmapPart } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { formatDecimal } from '../../format/decimal.js';
import { toTraceIdText } from '../../format/ids.js';
import { traceIdText } from '../../format/schemas.js';
import { type NamedMetric, resultHead, toHead } from './line-result.js';

const cell = z.tuple([z.string(), z.string(), z.array(traceIdText)]);

const part = z.object({
  bucketsHash: z.int().describe('The same for the same bounds.'),
  buckets: z.array(z.string()).describe('Upper bounds as decimal text, the last one +Inf.'),
  distribution: z
    .array(z.array(cell))
    .describe('Of each bucket, over time: Unix nanoseconds, count, and traces of exemplars.'),
});

export const heatmapResult = z.object({
  ...resultHead,
  fingerprint: z.string(),
  data: z.array(part).describe('By layout of bounds, the one with most measurements first.'),
});

export function toHeatmapResult(heatmap: Heatmap, metric: NamedMetric): z.infer<typeof heatmapResult> {
  return { ...toHead(heatmap, metric), fingerprint: '', data: heatmap.parts.map(toPart) };
}

function toPart({ upperBounds, columns }: HeatmapPart): z.infer<typeof part> {
  const buckets = upperBounds.map((bound) => formatDecimal(bound, { minFraction: 3 }));
  return {
    bucketsHash: createHash('sha256').update(JSON.stringify(buckets)).digest().readUInt32BE(0),
    buckets,
    distribution: buckets.map((_, index) => columns.map((column) => toCell(column, index))),
  };
}

function toCell({ timeUnixNano, counts, exemplars }: HeatmapColumn, index: number): z.infer<typeof cell> {
  const traces = exemplars
    .filter(({ bound }) => bound === index)
    .map(({ traceId }) => toTraceIdText(traceId));
  return [String(timeUnixNano), String(counts[index] ?? 0n), [...new Set(traces)]];
}
