import { createHash } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reader } from '../access/reader.js';
import type { Range } from '../traces/time-range.js';
import type { Fingerprint } from './fingerprint.js';
import { type LogFilter, logFilterKey } from './log-filter.js';

/** Where a listing stands: behind this record, in the range that the first page searched. */
export interface LogPosition {
  readonly range: Range;
  readonly after: Fingerprint;
}

/** What must be the same on every page of a listing. */
export interface LogListing {
  readonly reader: Pick<Reader, 'tenantId' | 'projectId'>;
  readonly filter: LogFilter;
  /** The range asked for, whose width must not change; its place may. Undefined: it follows from the filter. */
  readonly range: Range | undefined;
}

const VERSION = 1;
const DIGEST_BYTES = 16;
const BODY_BYTES = 1 + 4 * 8;
const TOKEN_BYTES = BODY_BYTES + DIGEST_BYTES;

/**
 * `version, range, fingerprint, digest` in base64url. As with traces it grants nothing, since tenant and project come from the
 * assertion and the range is cut to the retention again; the digest refuses damaged tokens and those of another listing.
 */
export function writeLogToken({ range, after }: LogPosition, listing: LogListing): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  const words = [range.startUnixNano, range.endUnixNano, after.unixNano, after.content];
  for (const [index, word] of words.entries()) body.writeBigUInt64BE(word, 1 + index * 8);
  return Buffer.concat([body, digest(body, listing)]).toString('base64url');
}

/** The position in a token; refuses everything that `writeLogToken` did not make for this listing. */
export function readLogToken(token: string, listing: LogListing): LogPosition {
  const bytes = Buffer.from(token.slice(0, TOKEN_BYTES * 2), 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  const isWhole =
    bytes.length === TOKEN_BYTES && bytes.toString('base64url') === token && body.readUInt8(0) === VERSION;
  if (!isWhole || !bytes.subarray(BODY_BYTES).equals(digest(body, listing))) throw refusal();
  return {
    range: { startUnixNano: body.readBigUInt64BE(1), endUnixNano: body.readBigUInt64BE(9) },
    after: { unixNano: body.readBigUInt64BE(17), content: body.readBigUInt64BE(25) },
  };
}

/** JSON keeps the parts apart, so that no two listings give the same text. */
function digest(body: Buffer, { reader, filter, range }: LogListing): Buffer {
  const parts = [
    'gob.query.v1.SearchLogs',
    reader.tenantId,
    String(reader.projectId),
    logFilterKey(filter),
    range ? String(range.endUnixNano - range.startUnixNano) : null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).update(body).digest().subarray(0, DIGEST_BYTES);
}

function refusal(): AppError {
  return new AppError(
    'invalid_argument',
    'page_token does not belong to this listing or is damaged. Send filters and period as on the first page, or leave the token out to start anew.',
    { field: 'page_token' },
  );
}
