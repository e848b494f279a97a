import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { readLogSummary } from '../../logs/log-summary.js';

export function summarizeLogs(context: QueryContext): ServiceImpl<typeof LogQueryService>['summarizeLogs'] {
  return (request, call) => withReading(context, call, (reading) => readLogSummary(reading, request));
}
