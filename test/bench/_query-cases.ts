// The questions of the bench: to the query service, and to the exporter's layout in SQL.
import type { CallOptions } from '@connectrpc/connect';
import { CounterView, MetricFunction, MetricType } from '../../gen/es/gob/query/v1/metrics_pb.js';
import { THEIRS } from './_query-layouts.js';
import { customersOf, END_UNIX_S, faultsOf, METRIC, type Sizes, SPANS_PER_TRACE } from './_query-rows.js';
import type { QueryClients } from './_query-service.js';

/** One line of an answer, told so that the same thing reads the same from both layouts. */
export type Answer = readonly string[];

export interface QueryCase {
  readonly name: string;
  /** How many times faster than the exporter's layout ours must be. */
  readonly must: number;
  /** Milliseconds, p95 when warm. */
  readonly aimMs: number;
  readonly ours: (clients: QueryClients, call: CallOptions) => Promise<Answer>;
  /** What its documentation or its Grafana data source recommends. */
  readonly theirs: string;
  /** What is needed to get the answer that ours gives; unset: `theirs` gives it. */
  readonly theirsInFull?: string;
}

const DAY_S = 86_400;
const HOUR_S = 3_600;
const NANO = 1_000_000_000n;
const LIST_SIZE = 50;

const last = (seconds: number) => ({
  startUnixNano: BigInt(END_UNIX_S - seconds) * NANO,
  endUnixNano: BigInt(END_UNIX_S) * NANO - 1n,
});
const inLast = (seconds: number, column: string) =>
  `${column} >= toDateTime64(${END_UNIX_S - seconds}, 9, 'UTC') AND ${column} < toDateTime64(${END_UNIX_S}, 9, 'UTC')`;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Theirs names what is compared `answer`, and a number that belongs to it `rate`. */
const SPAN_COLUMNS = `Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Duration, StatusCode, StatusMessage,
  SpanAttributes, ResourceAttributes, Events.Name, Links.TraceId`;
const matching = (where: string) => `SELECT ${SPAN_COLUMNS}, TraceId AS answer FROM ${THEIRS}.otel_traces
WHERE ${where} AND ${inLast(DAY_S, 'Timestamp')}
ORDER BY Timestamp DESC LIMIT ${LIST_SIZE}`;

/** Whole traces with their totals, of those that have a matching span: what our list answers. */
const wholeTraces = (where: string, seconds: number) => `SELECT TraceId AS answer, min(Timestamp) AS start,
  argMin(ServiceName, Timestamp) AS service, argMin(SpanName, Timestamp) AS operation,
  max(addNanoseconds(Timestamp, Duration)) AS end, count() AS spans, countIf(StatusCode = 'Error') AS errors, countIf(${where}) AS matched
FROM ${THEIRS}.otel_traces
WHERE ${inLast(seconds, 'Timestamp')}
  AND TraceId IN (SELECT TraceId FROM ${THEIRS}.otel_traces WHERE ${where} AND ${inLast(seconds, 'Timestamp')})
GROUP BY TraceId ORDER BY start DESC LIMIT ${LIST_SIZE}`;

const listed =
  (expression: string, seconds: number): QueryCase['ours'] =>
  async ({ query }, call) => {
    const request = { range: last(seconds), selection: { expression }, pageSize: LIST_SIZE };
    const { traces } = await query.listTraces(request, call);
    return traces.map(({ traceId }) => hex(traceId));
  };

const OPERATION = 'POST /api/v1/resource5/{id}';
const SLOW_NANO = 5_000_000;

/** SQL for the id, in hex, of a trace in the middle of the last day. */
export const traceIdSql = ({ spans }: Sizes) =>
  `lower(hex(sipHash128(toUInt64(${Math.floor((spans / SPANS_PER_TRACE) * 0.75)}), 'trace')))`;

export function queryCases(sizes: Sizes, traceId: string): readonly QueryCase[] {
  const customer = `customer-${Math.floor(customersOf(sizes) / 3)}`;
  const fault = `fault${Math.floor(faultsOf(sizes) / 3)}`;
  const slow = `ServiceName = 'service-7' AND SpanName = '${OPERATION}' AND Duration > ${SLOW_NANO}`;
  const byCustomer = `SpanAttributes['customer.id'] = '${customer}'`;
  return [
    {
      name: 'trace by id',
      must: 1,
      aimMs: 30,
      ours: async ({ query }, call) => {
        const { spans } = await query.getTrace({ traceId: Buffer.from(traceId, 'hex') }, call);
        return spans.map(({ spanId }) => hex(spanId));
      },
      theirs: `WITH '${traceId}' AS trace_id,
  (SELECT min(Start) FROM ${THEIRS}.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS start,
  (SELECT max(End) + 1 FROM ${THEIRS}.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS end
SELECT ${SPAN_COLUMNS}, SpanId AS answer FROM ${THEIRS}.otel_traces
WHERE TraceId = trace_id AND Timestamp >= start AND Timestamp <= end LIMIT 1000`,
    },
    {
      name: 'newest 50 traces, 1 h, no filter',
      must: 3,
      aimMs: 60,
      ours: listed('', HOUR_S),
      theirs: `SELECT TraceId AS answer, ServiceName, SpanName, Timestamp, Duration / 1e6 AS duration FROM ${THEIRS}.otel_traces
WHERE ${inLast(HOUR_S, 'Timestamp')} AND ParentSpanId = '' AND Duration > 0
ORDER BY Timestamp DESC, Duration DESC LIMIT ${LIST_SIZE}`,
      theirsInFull: wholeTraces('1', HOUR_S),
    },
    {
      name: 'service + operation + duration, 24 h',
      must: 2,
      aimMs: 100,
      ours: listed(
        `service = service-7 and operation = "${OPERATION}" and duration > ${SLOW_NANO / 1_000_000}ms`,
        DAY_S,
      ),
      theirs: matching(slow),
      theirsInFull: wholeTraces(slow, DAY_S),
    },
    {
      name: 'attribute = value (rare), 24 h',
      must: 2,
      aimMs: 150,
      ours: listed(`span.customer.id = ${customer}`, DAY_S),
      theirs: matching(byCustomer),
      theirsInFull: wholeTraces(byCustomer, DAY_S),
    },
    {
      name: 'RED analytics, 24 h',
      must: 5,
      aimMs: 100,
      ours: async ({ query }, call) => {
        const { buckets } = await query.getTraceAnalytics({ range: last(DAY_S) }, call);
        return buckets.map((bucket) => `${bucket.startUnixSeconds} ${bucket.count} ${bucket.errorCount}`);
      },
      theirs: `SELECT concat(toString(toUnixTimestamp(toStartOfInterval(Timestamp, INTERVAL 15 MINUTE)) AS t), ' ', toString(count()), ' ', toString(countIf(StatusCode = 'Error'))) AS answer,
  quantiles(0.5, 0.75, 0.9, 0.95, 0.99)(Duration) AS durations
FROM ${THEIRS}.otel_traces WHERE ${inLast(DAY_S, 'Timestamp')} GROUP BY t ORDER BY t`,
    },
    {
      name: 'log tokens (rare), 24 h',
      must: 1,
      aimMs: 100,
      ours: async ({ logs }, call) => {
        const request = { range: last(DAY_S), filter: { bodyWords: [fault] }, pageSize: 100 };
        const answer = await logs.searchLogs(request, call);
        return answer.logs.map(({ timeUnixNano }) => String(timeUnixNano));
      },
      theirs: `SELECT Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName,
  ScopeVersion, LogAttributes, toString(toUnixTimestamp64Nano(Timestamp)) AS answer
FROM ${THEIRS}.otel_logs
WHERE hasToken(lower(Body), '${fault}')
  AND toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime64(${END_UNIX_S - DAY_S}, 9, 'UTC'))
  AND toStartOfFiveMinutes(Timestamp) <= toStartOfFiveMinutes(toDateTime64(${END_UNIX_S}, 9, 'UTC'))
  AND ${inLast(DAY_S, 'Timestamp')}
ORDER BY (toStartOfFiveMinutes(Timestamp), Timestamp) DESC LIMIT 100`,
    },
    {
      name: 'counter rate grouped by label, 24 h, 5,000 series',
      must: 3,
      aimMs: 200,
      ours: async ({ metrics }, call) => {
        const { lines } = await metrics.queryMetric(
          {
            selection: { name: METRIC, type: MetricType.SUM, range: last(DAY_S) },
            grouping: { keys: ['http.route'], function: MetricFunction.SUM },
            counter: CounterView.RATE,
          },
          call,
        );
        return lines.flatMap(({ labels, points }) =>
          points.map(
            ({ timeUnixNano, value }) =>
              `${labels['http.route']} ${timeUnixNano / NANO} ${Number(value.value).toPrecision(8)}`,
          ),
        );
      },
      theirs: `SELECT Attributes['http.route'] AS route, toUnixTimestamp(toStartOfHour(TimeUnix)) AS t,
  sum(if(Value >= before, Value - before, Value)) / 3600 AS rate, concat(route, ' ', toString(t)) AS answer
FROM (
  SELECT Attributes, TimeUnix, Value, lagInFrame(Value, 1, Value) OVER (PARTITION BY ServiceName, Attributes ORDER BY TimeUnix ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
  FROM ${THEIRS}.otel_metrics_sum
  WHERE MetricName = '${METRIC}' AND AggregationTemporality = 2 AND IsMonotonic
    AND TimeUnix >= ${END_UNIX_S - DAY_S - HOUR_S} AND TimeUnix < ${END_UNIX_S}
    AND toStartOfHour(TimeUnix) >= ${END_UNIX_S - DAY_S - HOUR_S} AND toStartOfHour(TimeUnix) <= ${END_UNIX_S}
)
WHERE TimeUnix >= ${END_UNIX_S - DAY_S}
GROUP BY route, t ORDER BY route, t`,
    },
  ];
}
