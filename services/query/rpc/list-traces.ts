import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { namesAnId } from '../filter/names-an-id.js';
import { pinsField } from '../filter/pins-field.js';
import { conditionOf, readSelection } from '../filter/read-selection.js';
import { readRange } from '../time/time-range.js';
import { listTracePage } from '../traces/list-traces.js';
import { readPageToken, writePageToken } from '../traces/page-token.js';
import { SPAN_FIELDS } from '../traces/span-fields.js';
import { readOrder } from '../traces/trace-order.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;

export function listTraces(context: QueryContext): ServiceImpl<typeof QueryService>['listTraces'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const filter = readSelection(request.selection, SPAN_FIELDS);
      const listing = {
        reader: reading.reader,
        range: readRange(request.range),
        filter,
        order: readOrder(request.sort),
      };
      const key = context.pageTokenKey;
      const after = request.pageToken === '' ? undefined : readPageToken(key, request.pageToken, listing);
      const range = after?.range ?? listing.range;
      const page = await listTracePage(reading, {
        order: listing.order,
        condition: filter && conditionOf(filter, SPAN_FIELDS),
        isOneOperation:
          filter !== undefined && pinsField(filter, 'service') && pinsField(filter, 'operation'),
        isLikelyRare: filter !== undefined && namesAnId(filter),
        range,
        pageSize: Math.min(request.pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
        after,
      });
      return {
        traces: page.traces,
        nextPageToken: page.last === undefined ? '' : writePageToken(key, { range, ...page.last }, listing),
      };
    });
}
