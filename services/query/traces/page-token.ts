import { toJson } from '@bufbuild/protobuf';
import { type Filter, FilterSchema } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { Reader } from '../access/reader.js';
import { openToken, sealToken, type TokenBinding, tokenRefusal } from '../paging/sealed-token.js';
import type { Range } from '../time/time-range.js';
import type { TraceOrder } from './trace-order.js';

/** Where a listing stands: behind this trace, in the range that the first page was asked for. */
export interface Position {
  readonly range: Range;
  /** Nanoseconds: start or duration, as the order says. */
  readonly key: bigint;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
}

/** What must be the same on every page of a listing. */
export interface Listing {
  readonly reader: Pick<Reader, 'tenantId' | 'projectId'>;
  readonly filter: Filter | undefined;
  readonly order: TraceOrder;
  /** The range of the request, whose width must not change; its place may, as "the last hour" moves on. */
  readonly range: Range;
}

const VERSION = 2;
const BODY_BYTES = 1 + 3 * 8 + 16;

/** The range goes along, so that "the last hour" stays the hour of the first page. */
export function writePageToken(key: Uint8Array, position: Position, listing: Listing): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  body.writeBigUInt64BE(position.range.startUnixNano, 1);
  body.writeBigUInt64BE(position.range.endUnixNano, 9);
  body.writeBigUInt64BE(position.key, 17);
  body.write(position.traceId, 25, 'hex');
  return sealToken(key, body, bindingOf(listing));
}

/** The position in a token; refuses everything that `writePageToken` did not make for this listing. */
export function readPageToken(key: Uint8Array, token: string, listing: Listing): Position {
  const body = openToken(key, token, bindingOf(listing));
  if (body.length !== BODY_BYTES || body.readUInt8(0) !== VERSION) throw tokenRefusal();
  const range = { startUnixNano: body.readBigUInt64BE(1), endUnixNano: body.readBigUInt64BE(9) };
  return { range, key: body.readBigUInt64BE(17), traceId: body.toString('hex', 25, 41) };
}

function bindingOf({ reader, filter, order, range }: Listing): TokenBinding {
  const width = String(range.endUnixNano - range.startUnixNano);
  const listing = [filter ? toJson(FilterSchema, filter) : null, order.key, order.isDescending, width];
  return { call: 'gob.query.v1.ListTraces', reader, listing };
}
