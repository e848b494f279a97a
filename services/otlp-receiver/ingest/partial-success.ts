import type { ExportTraceServiceResponse } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { countRejected, type TranscodeResult } from '../transcode/transcode.js';

/** Keeps every response far below the 4 MiB that exporters read, whatever was sent. */
const MAX_MESSAGE = 2_000;

/** A full success leaves `partial_success` unset, as the OTLP specification demands. */
export function toTraceResponse(result: TranscodeResult): ExportTraceServiceResponse {
  const rejectedSpans = countRejected(result);
  if (rejectedSpans === 0) return { partialSuccess: undefined };
  const reasons = [...result.rejected].map(([reason, count]) => `${reason} ${count}`).join(', ');
  const total = rejectedSpans + result.accepted;
  const errorMessage = `${rejectedSpans} of ${total} spans were refused (${reasons}). First: ${result.firstRejection}.`;
  const shortened =
    errorMessage.length > MAX_MESSAGE ? `${errorMessage.slice(0, MAX_MESSAGE)}…` : errorMessage;
  return { partialSuccess: { rejectedSpans: BigInt(rejectedSpans), errorMessage: shortened } };
}
