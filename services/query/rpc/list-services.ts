import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { startReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { type NameRow, serviceNames } from '../sql/names.js';
import { storedRange } from '../traces/time-range.js';

export function listServices(context: QueryContext): ServiceImpl<typeof QueryService>['listServices'] {
  return async (_request, call) => {
    const reading = startReading(context, call);
    const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
    const rows = await reading.rows<NameRow>(serviceNames(stored));
    return { names: rows.map((row) => row.name) };
  };
}
