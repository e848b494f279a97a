import type { Span, SpanEvent, SpanLink, Trace, TracePage, TraceSummary } from '../model/trace.js';
import { type TraceQuery, toSearchParams } from '../model/trace-query.js';
import {
  type JsonRecord,
  readAttributes,
  readList,
  readNumber,
  readOptionalList,
  readRecord,
  readText,
  readTime,
  toDisplayText,
} from './decode.js';
import { request } from './request.js';

export interface ListTracesOptions {
  readonly projectId: string;
  readonly query: TraceQuery;
  /** From the page before; absent for the first page. */
  readonly pageToken?: string | undefined;
  readonly signal: AbortSignal;
}

export function listTraces({ projectId, query, pageToken, signal }: ListTracesOptions): Promise<TracePage> {
  const params = toSearchParams(query, pageToken);
  return request(`${tracesPath(projectId)}?${params}`, { signal, decode: toPage });
}

export interface GetTraceOptions {
  readonly projectId: string;
  readonly traceId: string;
  readonly signal: AbortSignal;
}

/** Most that the server sends at once. */
const SPANS_PER_PAGE = 10_000;
/** Beyond this many spans the page is no longer quick to use; it says how many there are. */
const MAX_PAGES = 10;

/** A trace with its spans, page by page. */
export async function getTrace({ projectId, traceId, signal }: GetTraceOptions): Promise<Trace> {
  const path = `${tracesPath(projectId)}/${encodeURIComponent(traceId)}`;
  const ask = (pageToken: string) => {
    const params = { page_size: String(SPANS_PER_PAGE), ...(pageToken && { page_token: pageToken }) };
    return request(`${path}?${new URLSearchParams(params)}`, { signal, decode: toTracePage });
  };
  const first = await ask('');
  const spans = [...first.trace.spans];
  let { nextPageToken } = first;
  for (let page = 1; nextPageToken !== '' && page < MAX_PAGES; page++) {
    const next = await ask(nextPageToken);
    spans.push(...next.trace.spans);
    nextPageToken = next.nextPageToken;
  }
  return { ...first.trace, spans, totalSpans: Math.max(spans.length, first.trace.totalSpans) };
}

const tracesPath = (projectId: string): string => `/v3/query/${encodeURIComponent(projectId)}/traces`;

function toPage(reply: unknown): TracePage {
  const body = readRecord(reply, 'the trace list');
  return {
    traces: readList(body, 'traces').map(toSummary),
    totalTraces: typeof body.total_traces === 'number' ? body.total_traces : undefined,
    nextPageToken: readText(body, 'next_page_token') || undefined,
  };
}

function toSummary(item: JsonRecord): TraceSummary {
  return {
    traceId: readText(item, 'trace_id'),
    startUnixNano: readTime(item, 'timestamp'),
    serviceName: readText(item, 'service_name'),
    operation: readText(item, 'operation'),
    durationNano: readNumber(item, 'duration_nano'),
    totalSpans: readNumber(item, 'total_spans'),
    matchedSpanCount: readNumber(item, 'matched_span_count'),
    errorSpanCount: readNumber(item, 'error_span_count'),
    inProgress: item.in_progress === true,
  };
}

function toTracePage(reply: unknown): { readonly trace: Trace; readonly nextPageToken: string } {
  const body = readRecord(reply, 'the trace');
  const trace = {
    traceId: readText(body, 'trace_id'),
    serviceName: readText(body, 'service_name'),
    operation: readText(body, 'operation'),
    totalSpans: readNumber(body, 'total_spans'),
    spans: readList(body, 'spans').map(toSpan),
  };
  return { trace, nextPageToken: readText(body, 'next_page_token') };
}

function toSpan(item: JsonRecord): Span {
  const statusCode = readText(item, 'status_code');
  return {
    spanId: readText(item, 'span_id'),
    parentSpanId: readText(item, 'parent_span_id'),
    startUnixNano: readTime(item, 'timestamp'),
    durationNano: readNumber(item, 'duration_nano'),
    serviceName: readText(item, 'service_name'),
    operation: readText(item, 'operation'),
    kind: readText(item, 'span_kind'),
    isError: statusCode === 'STATUS_CODE_ERROR',
    statusCode,
    statusMessage: readText(item, 'status_message'),
    scopeName: readText(item, 'scope_name'),
    scopeVersion: readText(item, 'scope_version'),
    attributes: readAttributes(item, 'span_attributes'),
    resourceAttributes: readAttributes(item, 'resource_attributes'),
    events: readOptionalList(item, 'events').map(toEvent),
    links: readOptionalList(item, 'links').map(toLink),
    extra: readExtra(item),
  };
}

/** Fields that have a place of their own on the page. */
const placedFields = new Set(
  ['timestamp', 'span_id', 'parent_span_id', 'trace_id', 'duration_nano', 'service_name', 'operation'].concat(
    ['span_kind', 'status_code', 'status_message', 'scope_name', 'scope_version'],
  ),
);

function readExtra(item: JsonRecord): Record<string, string> {
  const extra = Object.entries(item).filter(
    ([name, value]) => !placedFields.has(name) && value !== '' && value !== null && typeof value !== 'object',
  );
  return Object.fromEntries(extra.map(([name, value]) => [name, toDisplayText(value)]));
}

function toEvent(item: JsonRecord): SpanEvent {
  return {
    atUnixNano: readTime(item, 'timestamp'),
    name: readText(item, 'name'),
    attributes: readAttributes(item, 'attributes'),
  };
}

function toLink(item: JsonRecord): SpanLink {
  return {
    traceId: readText(item, 'trace_id'),
    spanId: readText(item, 'span_id'),
    attributes: readAttributes(item, 'attributes'),
  };
}
