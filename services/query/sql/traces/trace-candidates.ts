import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Condition } from '../../filter/compile-filter.js';
import type { Range } from '../../time/time-range.js';
import type { TraceOrder } from '../../traces/trace-order.js';
import { instant, OWN_ROWS } from '../fragments.js';
import { matching } from './trace-matches.js';

export interface CandidateOptions {
  /** Traces whose first span starts here. */
  readonly range: Range;
  /** The latest start of a span that may belong to one of them, Unix nanoseconds. */
  readonly lastSpanUnixNano: bigint;
  /** On spans, in parameters `f0`, `f1`, …; undefined: every trace. */
  readonly condition: Condition | undefined;
  readonly order: TraceOrder;
  /** Only traces behind this one. */
  readonly after?: { readonly key: bigint; readonly traceId: string } | undefined;
  readonly limit: number;
}

export interface CandidateRow {
  readonly trace_id: string;
  readonly sort_key: string;
  /** When its first span starts, Unix nanoseconds. */
  readonly first_start: string;
  /** How many of its spans satisfy the condition; 0 without one. */
  readonly matched: string;
}

/**
 * The next traces of a listing. The hour before the range is read too, which tells most traces that had begun before it
 * from those that begin in it; the few that began even earlier are sorted out by their summaries.
 */
export function traceCandidates(options: CandidateOptions): BoundStatement {
  const { range, condition, order, after, limit } = options;
  const direction = order.isDescending ? 'DESC' : 'ASC';
  const beyond = order.isDescending ? '<' : '>';
  const match = condition ? `\n  INNER JOIN (${matchingTraces(condition)}) AS matches USING TraceId` : '';
  const matched = condition ? 'any(matched)' : 'toUInt64(0)';
  const cursor = after
    ? `\n  WHERE (sort_key, TraceId) ${beyond} ({afterKey:Int64}, toFixedString(unhex({afterId:String}), 16))`
    : '';
  const sql = `SELECT lower(hex(TraceId)) AS trace_id, sort_key, first_start, matched
FROM (
  SELECT TraceId, toUnixTimestamp64Nano(min(Start)) AS first_start, ${SORT_KEYS[order.key]} AS sort_key, ${matched} AS matched
  FROM {database:Identifier}.trace_summary${match}
  WHERE ${OWN_ROWS}
    AND Hour BETWEEN toStartOfHour(${instant('start')}) - INTERVAL 1 HOUR AND toStartOfHour(${instant(LAST_HOUR[order.key])})
  GROUP BY TraceId
  HAVING min(Start) BETWEEN ${instant('start')} AND ${instant('end')}
)${cursor}
ORDER BY sort_key ${direction}, TraceId ${direction}
LIMIT {limit:UInt32}`;
  const params = {
    start: range.startUnixNano,
    end: range.endUnixNano,
    limit,
    ...((condition || order.key === 'duration') && { lastSpan: options.lastSpanUnixNano }),
    ...condition?.params,
    ...(after && { afterKey: after.key, afterId: after.traceId }),
  };
  const statement =
    order.key === 'start'
      ? { name: 'trace_candidates_by_start', sql }
      : { name: 'trace_candidates_by_duration', sql };
  return { statement, params, maxRows: limit };
}

const SORT_KEYS = {
  start: 'toUnixTimestamp64Nano(min(Start))',
  duration: 'toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start))',
} as const;

/** The start of a trace is known from the range alone; its duration only from all its spans. */
const LAST_HOUR = { start: 'end', duration: 'lastSpan' } as const;

/** Traces with matching spans, and how many: every span of a trace that starts in the range lies between these instants. */
function matchingTraces(condition: Condition): string {
  return `
    SELECT TraceId, count() AS matched FROM {database:Identifier}.spans
    WHERE ${matching(condition).replaceAll('\n', '\n    ')}
    GROUP BY TraceId
  `;
}
