export const periods = ['5m', '15m', '30m', '1h', '4h', '12h'] as const;
export type Period = (typeof periods)[number];

export const sorts = ['timestamp_desc', 'timestamp_asc', 'duration_desc', 'duration_asc'] as const;
export type Sort = (typeof sorts)[number];

/** What the trace list asks for; the same in the address bar and in the request. Empty text = any. */
export interface TraceQuery {
  readonly serviceName: string;
  readonly operation: string;
  readonly period: Period;
  readonly sort: Sort;
}

export const defaultQuery: TraceQuery = {
  serviceName: '',
  operation: '',
  period: '1h',
  sort: 'timestamp_desc',
};

/** Traces per page: what GitLab's own page asks for. */
const pageSize = 50;

/** A query as a router gives it: a repeated name is a list, a name without `=` is null. */
export type RawQuery = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

function first(raw: RawQuery, name: string): string {
  const value = raw[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}

function oneOf<T extends string>(allowed: readonly T[], value: string, fallback: T): T {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}

/** Reads the address bar; anything unknown in it falls back to the default. */
export function readTraceQuery(raw: RawQuery): TraceQuery {
  return {
    serviceName: first(raw, 'service_name'),
    operation: first(raw, 'operation'),
    period: oneOf(periods, first(raw, 'period'), defaultQuery.period),
    sort: oneOf(sorts, first(raw, 'sort'), defaultQuery.sort),
  };
}

/** The query for the address bar, without what is default or empty. */
export function writeTraceQuery(query: TraceQuery): Record<string, string> {
  const written: Record<string, string> = {};
  if (query.serviceName) written.service_name = query.serviceName;
  if (query.operation) written.operation = query.operation;
  if (query.period !== defaultQuery.period) written.period = query.period;
  if (query.sort !== defaultQuery.sort) written.sort = query.sort;
  return written;
}

/** The query string of a list request. */
export function toSearchParams(query: TraceQuery, pageToken?: string): URLSearchParams {
  const params = new URLSearchParams({ sort: query.sort, page_size: String(pageSize), period: query.period });
  if (query.serviceName) params.set('service_name', query.serviceName);
  if (query.operation) params.set('operation', query.operation);
  if (pageToken) params.set('page_token', pageToken);
  return params;
}
