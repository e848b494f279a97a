import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { startReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { listTracePage } from '../traces/list-traces.js';
import { readPageToken, writePageToken } from '../traces/page-token.js';
import { readFilter } from '../traces/span-filter.js';
import { readRange } from '../traces/time-range.js';
import { readOrder } from '../traces/trace-order.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;

export function listTraces(context: QueryContext): ServiceImpl<typeof QueryService>['listTraces'] {
  return async (request, call) => {
    const reading = startReading(context, call);
    const listing = {
      reader: reading.reader,
      range: readRange(request.range),
      filter: readFilter(request.filter),
      order: readOrder(request.sort),
    };
    const after = request.pageToken === '' ? undefined : readPageToken(request.pageToken, listing);
    const range = after?.range ?? listing.range;
    const pageSize = Math.min(request.pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    const page = await listTracePage(reading, { ...listing, range, pageSize, after });
    return {
      traces: page.traces,
      nextPageToken: page.last === undefined ? '' : writePageToken({ range, ...page.last }, listing),
    };
  };
}
