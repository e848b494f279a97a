import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetServiceGraphResponseSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import { type EdgeRow, type ServiceRow, serviceEdges, serviceTotals } from '../sql/traces/service-graph.js';
import { HOUR_NANO, intersect, later, type Range, storedRange } from '../time/time-range.js';
import { DurationHistogram } from './duration-histogram.js';

/** Spans that the join may hold; beyond it the graph is drawn from a part of the traces. */
const MAX_JOINED_SPANS = 1_000_000n;
/** How much earlier than its child a parent may have begun. */
const PARENT_LEAD_NANO = HOUR_NANO;

/** Which services call which. */
export async function serviceGraph(
  reading: Reading,
  asked: Range,
): Promise<MessageInitShape<typeof GetServiceGraphResponseSchema>> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range = intersect(asked, stored);
  if (!range) return { sampledOneIn: 1 };
  const services = await reading.rows<ServiceRow>(serviceTotals(range));
  const spans = services.reduce((sum, row) => sum + BigInt(row.spans), 0n);
  const oneIn = Number((spans + MAX_JOINED_SPANS - 1n) / MAX_JOINED_SPANS) || 1;
  const parentsFromUnixNano = later(range.startUnixNano - PARENT_LEAD_NANO, stored.startUnixNano);
  const rows = await reading.rows<EdgeRow>(serviceEdges({ range, parentsFromUnixNano, oneIn }));
  return {
    services: services.map((row) => ({
      name: row.name,
      spans: BigInt(row.spans),
      errors: BigInt(row.errors),
    })),
    edges: [...edgesOf(rows, BigInt(oneIn))],
    sampledOneIn: oneIn,
  };
}

/** The rows are ordered by edge; an edge has one for each slot of durations. */
function* edgesOf(rows: readonly EdgeRow[], scale: bigint) {
  for (let first = 0; first < rows.length; ) {
    const { caller, callee } = rows[first] ?? { caller: '', callee: '' };
    const histogram = new DurationHistogram();
    let errors = 0n;
    let next = first;
    for (let row = rows[next]; row && row.caller === caller && row.callee === callee; row = rows[++next]) {
      histogram.add(row.slot, BigInt(row.calls));
      errors += BigInt(row.errors);
    }
    yield {
      caller,
      callee,
      calls: histogram.total * scale,
      errors: errors * scale,
      durations: histogram.quantiles(),
    };
    first = next;
  }
}
