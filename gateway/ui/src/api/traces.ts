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

export function getTrace({ projectId, traceId, signal }: GetTraceOptions): Promise<Trace> {
  return request(`${tracesPath(projectId)}/${encodeURIComponent(traceId)}`, { signal, decode: toTrace });
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

function toTrace(reply: unknown): Trace {
  const body = readRecord(reply, 'the trace');
  const spans = readList(body, 'spans').map(toSpan);
  return {
    traceId: readText(body, 'trace_id'),
    serviceName: readText(body, 'service_name'),
    operation: readText(body, 'operation'),
    totalSpans: Math.max(spans.length, readNumber(body, 'total_spans')),
    spans,
  };
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
