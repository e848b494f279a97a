import { createHash } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reader } from '../access/reader.js';
import type { SpanFilter } from './span-filter.js';
import type { Range } from './time-range.js';
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
  readonly filter: SpanFilter;
  readonly order: TraceOrder;
  /** The range of the request, whose width must not change; its place may, as "the last hour" moves on. */
  readonly range: Range;
}

const VERSION = 1;
const DIGEST_BYTES = 16;
const BODY_BYTES = 1 + 3 * 8 + 16;
const TOKEN_BYTES = BODY_BYTES + DIGEST_BYTES;

/**
 * A token is `version, range, key, trace id, digest` in base64url, where the digest covers the rest and the listing it
 * belongs to. It grants nothing: tenant and project always come from the assertion, and the range is cut to the retention
 * again, so a forged token shows its maker only what an own request would. That is why no secret is needed, and tokens
 * stay valid across replicas and restarts; the digest is there to refuse damaged tokens and those of another listing.
 */
export function writePageToken(position: Position, listing: Listing): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  body.writeBigUInt64BE(position.range.startUnixNano, 1);
  body.writeBigUInt64BE(position.range.endUnixNano, 9);
  body.writeBigUInt64BE(position.key, 17);
  body.write(position.traceId, 25, 'hex');
  return Buffer.concat([body, digest(body, listing)]).toString('base64url');
}

/** The position in a token; refuses everything that `writePageToken` did not make for this listing. */
export function readPageToken(token: string, listing: Listing): Position {
  const bytes = Buffer.from(token.slice(0, TOKEN_BYTES * 2), 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  const isWhole =
    bytes.length === TOKEN_BYTES && bytes.toString('base64url') === token && body.readUInt8(0) === VERSION;
  if (!isWhole || !bytes.subarray(BODY_BYTES).equals(digest(body, listing))) throw refusal();
  const range = { startUnixNano: body.readBigUInt64BE(1), endUnixNano: body.readBigUInt64BE(9) };
  if (width(range) !== width(listing.range)) throw refusal();
  return { range, key: body.readBigUInt64BE(17), traceId: body.toString('hex', 25, 41) };
}

function width(range: Range): bigint {
  return range.endUnixNano - range.startUnixNano;
}

/** JSON keeps the parts apart, so that no two listings give the same text. */
function digest(body: Buffer, { reader, filter, order, range }: Listing): Buffer {
  const parts = [
    'gob.query.v1.ListTraces',
    reader.tenantId,
    String(reader.projectId),
    filter.serviceNames,
    filter.operations,
    order.key,
    order.isDescending,
    String(width(range)),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).update(body).digest().subarray(0, DIGEST_BYTES);
}

function refusal(): AppError {
  return new AppError(
    'invalid_argument',
    'page_token does not belong to this listing or is damaged. Send filters, sort and period as on the first page, or leave the token out to start anew.',
    { field: 'page_token' },
  );
}
