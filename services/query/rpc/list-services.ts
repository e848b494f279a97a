import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { type NameRow, serviceNames } from '../sql/traces/names.js';
import { storedRange } from '../time/time-range.js';

export function listServices(context: QueryContext): ServiceImpl<typeof QueryService>['listServices'] {
  return (_request, call) =>
    withReading(context, call, async (reading) => {
      const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
      const rows = await reading.rows<NameRow>(serviceNames(stored));
      return { names: rows.map((row) => row.name) };
    });
}
