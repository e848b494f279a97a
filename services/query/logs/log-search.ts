import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SearchLogsRequest, SearchLogsResponseSchema } from '../../../gen/es/gob/query/v1/logs_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import { intersect, storedRange } from '../time/time-range.js';
import { readLogFilter } from './log-filter.js';
import { readLogPage } from './log-page.js';
import { rangeOfFilter, readLogRange } from './log-range.js';
import { fingerprintOf, toLogRecord } from './log-row.js';
import { type LogListing, readLogToken, writeLogToken } from './page-token.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** One page of records, newest first; empty only at the end of the listing. */
export async function searchLogPage(
  reading: Reading,
  request: SearchLogsRequest,
  tokenKey: Uint8Array,
): Promise<MessageInitShape<typeof SearchLogsResponseSchema>> {
  const filter = readLogFilter(request.filter);
  const listing: LogListing = { reader: reading.reader, filter, range: readLogRange(request.range, filter) };
  const position = request.pageToken === '' ? undefined : readLogToken(tokenKey, request.pageToken, listing);
  const asked = position?.range ?? listing.range ?? (await rangeOfFilter(reading, filter));
  const range = intersect(asked, storedRange(reading.nowMs, reading.reader.retentionDays));
  if (!range) return { range: asked };
  const pageSize = Math.min(request.pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const rows = await readLogPage(reading, {
    range,
    filter,
    isDescending: true,
    pageSize,
    after: position?.after,
  });
  const last = rows.at(-1);
  return {
    logs: rows.map(toLogRecord),
    nextPageToken: last ? writeLogToken(tokenKey, { range: asked, after: fingerprintOf(last) }, listing) : '',
    range: asked,
  };
}
