import type { Reader } from '../access/reader.js';
import { openToken, sealToken, tokenRefusal } from '../paging/sealed-token.js';

/** A place behind a span of a trace. */
export interface SpanPosition {
  readonly startUnixNano: bigint;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
}

export interface SpanTokenBinding {
  readonly reader: Pick<Reader, 'tenantId' | 'projectId'>;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
}

const VERSION = 1;
const BODY_BYTES = 1 + 8 + 8;

export function writeSpanToken(
  key: Uint8Array,
  { startUnixNano, spanId }: SpanPosition,
  binding: SpanTokenBinding,
): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  body.writeBigUInt64BE(startUnixNano, 1);
  body.write(spanId, 9, 'hex');
  return sealToken(key, body, toBinding(binding));
}

/** Refuses everything that `writeSpanToken` did not make for this trace. */
export function readSpanToken(key: Uint8Array, token: string, binding: SpanTokenBinding): SpanPosition {
  const body = openToken(key, token, toBinding(binding));
  if (body.length !== BODY_BYTES || body.readUInt8(0) !== VERSION) throw tokenRefusal();
  return { startUnixNano: body.readBigUInt64BE(1), spanId: body.toString('hex', 9) };
}

function toBinding({ reader, traceId }: SpanTokenBinding) {
  return { call: 'gob.query.v1.GetTrace', reader, listing: [traceId] };
}
