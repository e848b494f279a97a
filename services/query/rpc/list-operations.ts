import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkName } from '../access/check-name.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { type NameRow, operationNames } from '../sql/traces/names.js';
import { storedRange } from '../time/time-range.js';

export function listOperations(context: QueryContext): ServiceImpl<typeof QueryService>['listOperations'] {
  return ({ serviceName }, call) =>
    withReading(context, call, async (reading) => {
      if (serviceName === '')
        throw new AppError('invalid_argument', 'service_name is required.', { field: 'service_name' });
      checkName('service_name', serviceName);
      const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
      const rows = await reading.rows<NameRow>(operationNames(serviceName, stored));
      return { names: rows.map((row) => row.name) };
    });
}
