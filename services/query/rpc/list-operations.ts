import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { startReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { type NameRow, operationNames } from '../sql/names.js';
import { checkName } from '../traces/span-filter.js';
import { storedRange } from '../traces/time-range.js';

export function listOperations(context: QueryContext): ServiceImpl<typeof QueryService>['listOperations'] {
  return async ({ serviceName }, call) => {
    const reading = startReading(context, call);
    if (serviceName === '')
      throw new AppError('invalid_argument', 'service_name is required.', { field: 'service_name' });
    checkName('service_name', serviceName);
    const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
    const rows = await reading.rows<NameRow>(operationNames(serviceName, stored));
    return { names: rows.map((row) => row.name) };
  };
}
