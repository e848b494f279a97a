// What can be asked of every route that shows data of a project.
import type { Random } from '../../_util/random.js';
import { NANO_PER_SECOND, traceIdOf } from '../query/fixture.js';
import { isoOf } from './data.js';
import { OWNERS, START, TRACES } from './isolation.bed.js';

export interface Question {
  /** Behind the base of the paths. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface QuestionsOfRoute {
  /** Any question that the route takes. */
  readonly ask: (random: Random, fingerprint: string) => Question;
  /** What of an answer may not change with what others send. Default: all of it but the page token, which is sealed anew each time. */
  readonly stable?: (body: Record<string, unknown>) => unknown;
  /** All projects of a tenant are told the same. */
  readonly isOfTenant?: true;
}

const RANGE = {
  start_time: isoOf(START - NANO_PER_SECOND),
  end_time: isoOf(START + 600n * NANO_PER_SECOND),
};
const MARKS = OWNERS.map(({ mark }) => mark);

const SPAN_CONDITIONS = [
  ...['service = web', 'operation != call', 'status = error', 'span.key EXISTS', 'span.key =~ MARK'],
  ...MARKS.flatMap((mark) => [`span.key = ${mark}`, mark, `operation = ${mark}`]),
  ...[`trace_id = ${traceIdOf(1)}`, 'NOT parent_span_id EXISTS', 'duration > 1ns'],
];
const LOG_CONDITIONS = [
  ...['same', 'severity > 0', 'service = web', 'NOT service = nothing', `trace_id = ${traceIdOf(1)}`],
  ...MARKS.flatMap((mark) => [mark, `log.key = ${mark}`]),
];

const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T;

/** Three conditions put together at random. */
function anyFilter(random: Random, conditions: readonly string[]): string {
  const one = () => `${random.below(3) === 0 ? 'NOT ' : ''}(${pick(random, conditions)})`;
  const word = () => pick(random, ['AND', 'OR']);
  return `(${one()} ${word()} ${one()}) ${word()} ${one()}`;
}

const anySpans = (random: Random) => ({ ...RANGE, filter: anyFilter(random, SPAN_CONDITIONS) });
const anyLogs = (random: Random) => ({ ...RANGE, filter: anyFilter(random, LOG_CONDITIONS) });
const anyTrace = (random: Random) => traceIdOf(random.below(TRACES));

const METRICS = [
  { mname: 'level', mtype: 'Gauge' },
  { mname: 'calls', mtype: 'Sum' },
  { mname: 'lat', mtype: 'Histogram' },
  { mname: 'old', mtype: 'Summary' },
];
const SERIES_FILTERS = [
  'host,eq,h',
  'key,re,MARK',
  'key,nre,nothing',
  ...MARKS.map((mark) => `key,neq,${mark}`),
];

type Params = Readonly<Record<string, string>>;

function anySeries(random: Random, metric: Params = pick(random, METRICS)): Params {
  const attrs: Params = random.below(2) === 0 ? {} : { attrs: pick(random, SERIES_FILTERS) };
  return { ...metric, ...RANGE, ...attrs };
}

function anyLines(random: Random): Params {
  const metric = pick(random, METRICS);
  const series = anySeries(random, metric);
  if (metric.mtype === 'Histogram' && random.below(2) === 0) return { ...series, mvisual: 'heatmap' };
  const grouped: Params = { groupby_fn: 'sum', groupby_attrs: pick(random, ['host', 'key', '*']) };
  return random.below(2) === 0 ? { ...series, ...grouped } : series;
}

const CATALOGUES: readonly Params[] = [
  {},
  { search: 'l' },
  { trace_id: traceIdOf(1) },
  { attributes: 'key' },
];

const now = new Date();
const MONTH = { month: String(now.getUTCMonth() + 1), year: String(now.getUTCFullYear()) };

/** By the route, without what comes before it in each generation of paths. Streams are asked in a way of their own. */
export const QUESTIONS: Readonly<Record<string, QuestionsOfRoute>> = {
  '/traces': {
    ask: (random) => ({
      path: '/traces',
      query: {
        ...anySpans(random),
        page_size: pick(random, ['1', '2', '50']),
        sort: pick(random, ['timestamp_desc', 'timestamp_asc', 'duration_desc', 'duration_asc']),
      },
    }),
  },
  '/traces/:trace_id': { ask: (random) => ({ path: `/traces/${anyTrace(random)}` }) },
  '/traces/:trace_id/logs': { ask: () => ({ path: `/traces/${traceIdOf(1)}/logs` }) },
  '/traces/:trace_id/exemplars': { ask: () => ({ path: `/traces/${traceIdOf(1)}/exemplars` }) },
  '/traces/analytics': { ask: (random) => ({ path: '/traces/analytics', query: anySpans(random) }) },
  '/traces/attributes': { ask: () => ({ path: '/traces/attributes' }) },
  '/traces/attributes/*': { ask: () => ({ path: '/traces/attributes/key/values' }) },
  '/services': { ask: () => ({ path: '/services' }) },
  '/services/*': { ask: () => ({ path: '/services/web/operations' }) },
  '/services/graph': { ask: () => ({ path: '/services/graph', query: RANGE }) },
  '/logs/search': {
    ask: (random) => ({
      path: '/logs/search',
      query: { ...anyLogs(random), page_size: pick(random, ['1', '2', '50']) },
    }),
  },
  '/logs/searchmetadata': { ask: (random) => ({ path: '/logs/searchmetadata', query: anyLogs(random) }) },
  '/logs/:fingerprint/context': {
    ask: (random, fingerprint) => ({
      path: `/logs/${fingerprint}/context`,
      query: { scope: pick(random, ['service', 'resource', 'project']) },
    }),
  },
  '/logs/attributes': { ask: () => ({ path: '/logs/attributes' }) },
  '/logs/attributes/*': { ask: () => ({ path: '/logs/attributes/key/values' }) },
  '/metrics/autocomplete': {
    ask: (random) => ({
      path: '/metrics/autocomplete',
      query: pick(random, CATALOGUES),
    }),
  },
  '/metrics/search': { ask: (random) => ({ path: '/metrics/search', query: anyLines(random) }) },
  '/metrics/searchmetadata': {
    ask: (random) => ({ path: '/metrics/searchmetadata', query: pick(random, METRICS) }),
  },
  '/metrics/exemplars': {
    ask: () => ({ path: '/metrics/exemplars', query: { mname: 'calls', mtype: 'Sum', ...RANGE } }),
  },
  '/ingest/ledger': { ask: () => ({ path: '/ingest/ledger', query: RANGE }) },
  '/ingest/services': { ask: () => ({ path: '/ingest/services', query: RANGE }) },
  '/ingest/rejects': { ask: () => ({ path: '/ingest/rejects', query: RANGE }) },
  '/analytics/storage': {
    ask: () => ({ path: '/analytics/storage', query: MONTH }),
    // Bytes are a share of those of the parts that rows of all tenants are in.
    stable: ({ events }) => events,
  },
  '/analytics/storage/quota': {
    ask: () => ({ path: '/analytics/storage/quota' }),
    // What is stored is that of all projects of the tenant, as is the quota.
    isOfTenant: true,
    stable: ({ stored_bytes: _, ...quota }) => quota,
  },
  '/analytics/cardinality': {
    ask: () => ({ path: '/analytics/cardinality' }),
    // The number of series is that of all projects of the tenant, as is their cap.
    stable: ({ metrics, attributes }) => ({ metrics, attributes }),
  },
};
export const STREAMS = ['/logs/tail'];
