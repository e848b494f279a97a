import { SpanKind, SpanStatus } from '../../../gen/es/gob/query/v1/query_pb.js';

const STATUS_CODES = {
  [SpanStatus.UNSPECIFIED]: 'STATUS_CODE_UNSET',
  [SpanStatus.OK]: 'STATUS_CODE_OK',
  [SpanStatus.ERROR]: 'STATUS_CODE_ERROR',
} as const;

/** OTLP's names; numbers of a later version read as unset. */
export function statusCodeOf(status: SpanStatus): (typeof STATUS_CODES)[SpanStatus] {
  return STATUS_CODES[status] ?? 'STATUS_CODE_UNSET';
}

export const SPAN_KINDS = {
  [SpanKind.UNSPECIFIED]: 'SPAN_KIND_UNSPECIFIED',
  [SpanKind.INTERNAL]: 'SPAN_KIND_INTERNAL',
  [SpanKind.SERVER]: 'SPAN_KIND_SERVER',
  [SpanKind.CLIENT]: 'SPAN_KIND_CLIENT',
  [SpanKind.PRODUCER]: 'SPAN_KIND_PRODUCER',
  [SpanKind.CONSUMER]: 'SPAN_KIND_CONSUMER',
} as const;

export function spanKindOf(kind: SpanKind): (typeof SPAN_KINDS)[SpanKind] {
  return SPAN_KINDS[kind] ?? 'SPAN_KIND_UNSPECIFIED';
}
