import type { Reader } from '../access/reader.js';
import { openToken, sealToken, type TokenBinding, tokenRefusal } from '../paging/sealed-token.js';
import type { Range } from '../time/time-range.js';
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
const BODY_BYTES = 1 + 4 * 8;

/** The range goes along, so that "the last hour" stays the hour of the first page. */
export function writeLogToken(key: Uint8Array, { range, after }: LogPosition, listing: LogListing): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  const words = [range.startUnixNano, range.endUnixNano, after.unixNano, after.content];
  for (const [index, word] of words.entries()) body.writeBigUInt64BE(word, 1 + index * 8);
  return sealToken(key, body, bindingOf(listing));
}

/** The position in a token; refuses everything that `writeLogToken` did not make with this key for this listing. */
export function readLogToken(key: Uint8Array, token: string, listing: LogListing): LogPosition {
  const body = openToken(key, token, bindingOf(listing));
  if (body.length !== BODY_BYTES || body.readUInt8(0) !== VERSION) throw tokenRefusal();
  return {
    range: { startUnixNano: body.readBigUInt64BE(1), endUnixNano: body.readBigUInt64BE(9) },
    after: { unixNano: body.readBigUInt64BE(17), content: body.readBigUInt64BE(25) },
  };
}

function bindingOf({ reader, filter, range }: LogListing): TokenBinding {
  const width = range ? String(range.endUnixNano - range.startUnixNano) : null;
  return { call: 'gob.query.v1.SearchLogs', reader, listing: [logFilterKey(filter), width] };
}
