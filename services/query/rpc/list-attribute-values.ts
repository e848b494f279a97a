import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkName } from '../access/check-name.js';
import { readCatalogueRequest, readSources } from '../attributes/catalogue-request.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { attributeValues, type ValueRow } from '../sql/attributes/catalogue.js';

export function listAttributeValues(
  context: QueryContext,
): ServiceImpl<typeof QueryService>['listAttributeValues'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const key = request.attribute?.key ?? '';
      if (key === '')
        throw new AppError('invalid_argument', 'attribute.key is required.', { field: 'attribute.key' });
      checkName('attribute.key', key);
      const sources = readSources(request.attribute?.scope);
      const asked = { ...readCatalogueRequest(request, reading), sources, key };
      const rows = await reading.rows<ValueRow>(attributeValues(asked));
      return { values: rows.map((row) => row.name) };
    });
}
