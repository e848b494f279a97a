/** String to string in the REST contract; anything else a server sends is shown as its JSON text. */
export type Attributes = Readonly<Record<string, string>>;

export interface TraceSummary {
  /** As the server writes it (8-4-4-4-12): used in addresses and requests. */
  readonly traceId: string;
  readonly startUnixNano: bigint;
  readonly serviceName: string;
  readonly operation: string;
  readonly durationNano: number;
  readonly totalSpans: number;
  readonly matchedSpanCount: number;
  readonly errorSpanCount: number;
  /** The root span has not arrived: duration and operation may still change. */
  readonly inProgress: boolean;
}

export interface TracePage {
  readonly traces: readonly TraceSummary[];
  readonly totalTraces: number | undefined;
  /** Absent on the last page. */
  readonly nextPageToken: string | undefined;
}

export interface SpanEvent {
  readonly atUnixNano: bigint;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface Span {
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly startUnixNano: bigint;
  readonly durationNano: number;
  readonly serviceName: string;
  readonly operation: string;
  readonly kind: string;
  readonly isError: boolean;
  readonly statusCode: string;
  readonly statusMessage: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly attributes: Attributes;
  readonly resourceAttributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** Any further scalar field of the reply, shown as it is. */
  readonly extra: Attributes;
}

export interface Trace {
  readonly traceId: string;
  readonly serviceName: string;
  readonly operation: string;
  /** May exceed `spans.length` when the server caps its reply. */
  readonly totalSpans: number;
  readonly spans: readonly Span[];
}

/** The 32 hex digits that OpenTelemetry SDKs print into logs. */
export function toHexTraceId(traceId: string): string {
  return traceId.replaceAll('-', '').toLowerCase();
}
