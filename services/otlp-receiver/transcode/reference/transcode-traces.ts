import type { ResourceSpans, ScopeSpans } from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import { BlockBuilder, MAX_DAYS_PER_BLOCK } from '../../native/block.js';
import { acceptWindow, dayOf } from '../accept-window.js';
import { SPANS_TABLE, type SpanColumns, spanColumns } from '../span-columns.js';
import type { RejectReason, Transcode, TranscodeContext, TranscodeResult } from '../transcode.js';
import { checkResource, checkScope, checkSpan } from './check-span.js';
import { decodeTraces } from './decode-traces.js';
import { below, type Rejection } from './rejection.js';
import { resourceColumns, type SharedColumns, scopeColumns, spanRow } from './span-row.js';

/** The obvious way from bytes to rows: decode everything, check and append span by span. */
export const transcodeTraces: Transcode = (bytes, context) => {
  const transcoding = new TracesTranscoding(context);
  for (const [index, resourceSpans] of decodeTraces(bytes).resourceSpans.entries())
    transcoding.addResource(resourceSpans, `resource_spans[${index}]`);
  return transcoding.finish();
};

class TracesTranscoding {
  readonly #context: TranscodeContext;
  readonly #window;
  readonly #builders: { builder: BlockBuilder<SpanColumns>; days: Set<number> }[] = [];
  readonly #rejected = new Map<RejectReason, number>();
  #firstRejection: string | undefined;

  constructor(context: TranscodeContext) {
    this.#context = context;
    this.#window = acceptWindow(context.nowUnixNano, context.limits.retentionDays);
  }

  addResource({ resource, schemaUrl, scopeSpans }: ResourceSpans, path: string): void {
    const rejection = below(path, checkResource(resource, schemaUrl));
    const shared = rejection ? undefined : resourceColumns(resource, schemaUrl);
    for (const [index, scoped] of scopeSpans.entries()) {
      const scopePath = `${path}.scope_spans[${index}]`;
      if (shared) this.#addScope(scoped, shared, scopePath);
      else this.#rejectAll(scoped, rejection);
    }
  }

  #addScope(scoped: ScopeSpans, resource: ReturnType<typeof resourceColumns>, path: string): void {
    const { scope, schemaUrl, spans } = scoped;
    const rejection = below(path, checkScope(scope, schemaUrl));
    if (rejection) {
      this.#rejectAll(scoped, rejection);
      return;
    }
    const shared: SharedColumns = { ...resource, ...scopeColumns(scope, schemaUrl) };
    for (const [index, span] of spans.entries()) {
      const inSpan = below(`${path}.spans[${index}]`, checkSpan(span, this.#window));
      if (inSpan) this.#reject(inSpan, 1);
      else this.#append(spanRow(span, shared, this.#context));
    }
  }

  #append(row: ReturnType<typeof spanRow>): void {
    const day = dayOf(row.Timestamp);
    let target = this.#builders.find(({ days }) => days.has(day) || days.size < MAX_DAYS_PER_BLOCK);
    if (!target) {
      target = { builder: new BlockBuilder(spanColumns()), days: new Set() };
      this.#builders.push(target);
    }
    target.days.add(day);
    target.builder.append(row, day);
  }

  #rejectAll({ spans }: ScopeSpans, rejection: Rejection | undefined): void {
    if (rejection && spans.length > 0) this.#reject(rejection, spans.length);
  }

  #reject({ reason, field, problem }: Rejection, items: number): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + items);
    this.#firstRejection ??= `${field} ${problem}`;
  }

  finish(): TranscodeResult {
    return {
      blocks: this.#builders.map(({ builder }) => builder.finish(SPANS_TABLE)),
      accepted: this.#builders.reduce((rows, { builder }) => rows + builder.rows, 0),
      rejected: this.#rejected,
      firstRejection: this.#firstRejection,
    };
  }
}
