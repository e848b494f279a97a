// Rows of both layouts as ClickHouse makes them. Every value is a hash of the row's number, so that the same numbers give the same rows
// in both layouts and in every run, and queries know what they look for.

/** Rows of a run. */
export interface Sizes {
  readonly spans: number;
  readonly logs: number;
  readonly points: number;
}

export type Signal = keyof Sizes;

/** Fixed, so that kept data stays valid; the query service is told that it is a second later. */
export const END_UNIX_S = Date.UTC(2026, 0, 15, 12) / 1_000;
const RANGE_S = 2 * 86_400;
export const START_UNIX_S = END_UNIX_S - RANGE_S;
const RANGE_NANO = RANGE_S * 1e9;

export const FULL_SIZES: Sizes = { spans: 20_000_000, logs: 10_000_000, points: 20_000_000 };
export const SPANS_PER_TRACE = 8;
/** Series of the metric that is asked for, and of another one beside it. */
const SERIES = 5_000;
const OTHER_SERIES = 1_944;
export const ALL_SERIES = SERIES + OTHER_SERIES;
export const METRIC = 'http.server.request.count';

/** Values that are rare at every size: about forty spans a customer, twenty records a fault. */
export const customersOf = ({ spans }: Sizes): number => Math.max(100, Math.round(spans / 40));
export const faultsOf = ({ logs }: Sizes): number => Math.max(10, Math.round(logs / 1_000 / 20));

const START = `toDateTime64(${START_UNIX_S}, 9, 'UTC')`;
/** The n-th draw of a row, in [0, below). */
const draw = (hash: string, n: number, below: number) => `bitShiftRight(${hash}, ${n * 8}) % ${below}`;
const label = (prefix: string, number: string) => `concat('${prefix}', toString(${number}))`;

const resource = (service: string, host: string) => `map(
  'cloud.region', 'eu-west-1', 'deployment.environment', 'production', 'host.name', ${label('host-', host)},
  'k8s.namespace.name', 'prod', 'k8s.pod.name', concat(${service}, '-7d8f9c-', toString(${host})), 'os.type', 'linux',
  'service.name', ${service}, 'service.version', ${label('1.2.', `${host} % 4`)}, 'telemetry.sdk.language', 'go',
  'telemetry.sdk.name', 'opentelemetry', 'telemetry.sdk.version', '1.30.0')`;

/** Which rows to make: numbers from `from` on, of a data set of so many. */
export interface Slice {
  readonly from: number;
  readonly rows: number;
  readonly sizes: Sizes;
}

/** Spans of 30 services, eight a trace, twelve attributes of which some hardly ever repeat. */
export function spanRows({ from, rows, sizes }: Slice): string {
  const traces = Math.ceil(sizes.spans / SPANS_PER_TRACE);
  const stepNano = Math.floor(RANGE_NANO / traces);
  return `SELECT
  number AS n, intDiv(n, ${SPANS_PER_TRACE}) AS trace, n % ${SPANS_PER_TRACE} AS i,
  cityHash64(n, 'span') AS h, cityHash64(n, 'more') AS h2, sipHash128(trace, 'trace') AS trace_id,
  reinterpretAsFixedString(cityHash64(n, 'id')) AS span_id,
  if(i = 0, toFixedString('', 8), reinterpretAsFixedString(cityHash64(n - i, 'id'))) AS parent_id,
  addNanoseconds(${START}, trace * ${stepNano} + i * (1000000 + cityHash64(trace) % 3000000)) AS time,
  ${label('service-', draw('h', 0, 30))} AS service, ${draw('h', 1, 20)} AS op,
  concat(['GET', 'POST', 'SELECT', 'publish'][op % 4 + 1], ' /api/v1/resource', toString(op), '/{id}') AS operation,
  toUInt64(exp(${draw('h', 2, 10_000)} / 10000 * 8 + 8)) AS duration, ${draw('h', 5, 17)} = 0 AS is_error, [2, 2, 3, 4][op % 4 + 1] AS kind,
  multiIf(is_error, 500, ${draw('h2', 0, 25)} = 0, 404, 200) AS http_status, ${draw('h2', 1, 1_000)} AS db_rows,
  map(
    'client.address', concat('192.168.', toString(${draw('h2', 2, 4)}), '.', toString(${draw('h2', 3, 255)})),
    'customer.id', ${label('customer-', `cityHash64(n, 'customer') % ${customersOf(sizes)}`)},
    'db.rows', toString(db_rows), 'http.request.method', 'GET', 'http.response.status_code', toString(http_status),
    'http.route', operation, 'net.peer.ip', concat('10.0.', toString(${draw('h2', 4, 4)}), '.', toString(${draw('h2', 5, 255)})),
    'request.id', lower(hex(cityHash64(n, 'request'))), 'server.address', 'shop.example.com', 'server.port', '443',
    'url.path', ${label('/api/v1/items/', 'h2 % 100000')}, 'user.id', ${label('user-', 'h % 5000')}) AS attributes,
  ${resource('service', draw('h2', 6, 40))} AS resource
FROM numbers(${from}, ${rows})`;
}

/** Log records: a few forms with changing numbers, and a rare word in one of a thousand. */
export function logRows({ from, rows, sizes }: Slice): string {
  const stepNano = Math.floor(RANGE_NANO / sizes.logs);
  return `SELECT
  number AS n, cityHash64(n, 'log') AS h, cityHash64(n, 'more') AS h2,
  addNanoseconds(${START}, n * ${stepNano} + h % ${Math.max(1, stepNano)}) AS time,
  ${label('service-', draw('h', 0, 30))} AS service, ${draw('h', 1, 10)} AS form,
  [9, 9, 9, 9, 5, 5, 13, 13, 17, 17][form + 1] AS severity, ['INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'WARN', 'WARN', 'ERROR', 'ERROR'][form + 1] AS severity_text,
  if(h % 2 = 0, sipHash128(h2 % 1000000, 'trace'), toFixedString('', 16)) AS trace_id,
  if(h % 2 = 0, reinterpretAsFixedString(h2), toFixedString('', 8)) AS span_id,
  concat(multiIf(
      form < 4, concat('GET /api/v1/items/', toString(h2 % 100000), ' answered 200 in ', toString(${draw('h', 2, 900)}), ' ms'),
      form < 6, concat('cache miss for key user:', toString(h2 % 50000), ' in shard ', toString(${draw('h', 2, 16)})),
      form < 8, concat('slow query on table orders took ', toString(${draw('h', 2, 5_000)}), ' ms, request ', lower(hex(h2))),
      concat('connection to 10.0.', toString(${draw('h2', 1, 4)}), '.', toString(${draw('h2', 2, 255)}), ':5432 refused after ', toString(${draw('h', 2, 60)}), ' s')),
    if(h % 1000 = 0, concat(' fault', toString(h2 % ${faultsOf(sizes)})), '')) AS body,
  map('log.logger', ${label('logger-', draw('h', 3, 12))}, 'thread.id', toString(${draw('h', 4, 64)}), 'user.id', ${label('user-', 'h % 5000')}) AS attributes,
  ${resource('service', draw('h2', 6, 40))} AS resource
FROM numbers(${from}, ${rows})`;
}

/** Where points lie: every series has one at every tick. */
function ticksOf({ points }: Sizes): { ticks: number; everyMs: number } {
  const ticks = Math.max(2, Math.floor(points / ALL_SERIES));
  return { ticks, everyMs: Math.floor((RANGE_S * 1_000) / ticks) };
}

/** The labels of the series `series`. */
export const SERIES_COLUMNS = `cityHash64(series, 'series') AS series_id,
  if(series < ${SERIES}, '${METRIC}', 'http.server.active_requests.total') AS metric,
  ${label('service-', 'series % 30')} AS service, intDiv(series, 50) AS host,
  map('host', ${label('host-', 'host')}, 'http.request.method', ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'][series % 5 + 1],
    'http.route', ${label('/api/v1/resource', 'intDiv(series, 5) % 10')}) AS attributes,
  ${resource('service', 'host')} AS resource`;

/** Cumulative counters; one series of a hundred begins anew once. */
export function pointRows({ from, rows, sizes }: Slice): string {
  const { ticks, everyMs } = ticksOf(sizes);
  const at = (tick: string) =>
    `fromUnixTimestamp64Milli(${START_UNIX_S * 1_000} + toInt64(${tick}) * ${everyMs}, 'UTC')`;
  return `SELECT
  number AS n, intDiv(n, ${ALL_SERIES}) AS tick, n % ${ALL_SERIES} AS series,
  if(series % 100 = 7, cityHash64(series, 'reset') % ${ticks}, 0) AS reset_at,
  if(tick >= reset_at, reset_at, 0) AS began, 1 + cityHash64(series, 'rate') % 500 AS per_tick,
  ${at('tick')} AS time, ${at('began')} - INTERVAL 1 SECOND AS start_time,
  toInt64(per_tick * (tick - began + 1) + cityHash64(n, 'noise') % per_tick) AS value,
  ${SERIES_COLUMNS}
FROM numbers(${from}, ${rows})`;
}
