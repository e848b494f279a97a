import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { DayBlocks } from '../../native/day-blocks.js';
import { acceptWindow, dayOf } from '../accept-window.js';
import { RepeatedBytes, sharedBytes } from '../request-limits.js';
import { SPANS_TABLE, spanColumns } from '../span-columns.js';
import type { Transcode } from '../transcode.js';
import { checkSpan } from './check-span.js';
import { decodeExactly } from './exact-reader.js';
import { below } from './rejection.js';
import { spanRow } from './span-row.js';
import { Tally } from './tally.js';
import { EXPORT_TRACES_SHAPE } from './trace-shapes.js';
import { walkEnvelopes } from './walk-envelopes.js';

/** The obvious way from bytes to rows: decode everything, check and append span by span. */
export const transcodeTraces: Transcode = (bytes, context) => {
  const { sightings } = context;
  const window = acceptWindow(context.nowUnixNano, context.limits.retentionDays);
  const rows = new DayBlocks(SPANS_TABLE, spanColumns);
  const tally = new Tally();
  const repeated = new RepeatedBytes(bytes.length);
  const request = decodeExactly(ExportTraceServiceRequest, EXPORT_TRACES_SHAPE, bytes);
  const resources = request.resourceSpans.map(({ scopeSpans, ...rest }) => ({ ...rest, scopes: scopeSpans }));
  walkEnvelopes(resources, {
    tally,
    sightings,
    resourcesField: 'resource_spans',
    scopesField: 'scope_spans',
    countItems: ({ spans }) => spans.length,
    addItems({ spans }, { path, shared, accept }) {
      let rowBytes: number | undefined;
      for (const [index, span] of spans.entries()) {
        const rejection = below(`${path}.spans[${index}]`, checkSpan(span, window));
        if (rejection) {
          tally.reject(rejection, 1);
          continue;
        }
        rowBytes ??= sharedBytes(shared.ResourceAttrs, shared.ScopeAttrs);
        repeated.add(rowBytes);
        const row = spanRow(span, shared, context);
        const day = dayOf(row.Timestamp);
        rows.append(row, day);
        sightings?.attributes(day, 'attr', row.Attrs, 1);
        accept(day);
      }
    },
  });
  return tally.result(rows.finish());
};
