import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { readCatalogueRequest, SCOPE_OF } from '../attributes/catalogue-request.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { attributeKeys, type KeyRow } from '../sql/attributes/catalogue.js';

export function listAttributeKeys(
  context: QueryContext,
): ServiceImpl<typeof QueryService>['listAttributeKeys'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const rows = await reading.rows<KeyRow>(attributeKeys(readCatalogueRequest(request, reading)));
      return { keys: rows.map((row) => ({ scope: SCOPE_OF[row.source], key: row.name })) };
    });
}
