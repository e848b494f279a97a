import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import type { QueryContext } from '../../context.js';
import type { TailHub } from '../../logs/tail/tail-hub.js';
import { getLogContext } from './get-log-context.js';
import { searchLogs } from './search-logs.js';
import { summarizeLogs } from './summarize-logs.js';
import { tailLogs } from './tail-logs.js';

/** Every call of the contract for logs. */
export function logCalls(context: QueryContext, tail: TailHub): ServiceImpl<typeof LogQueryService> {
  return {
    searchLogs: searchLogs(context),
    summarizeLogs: summarizeLogs(context),
    getLogContext: getLogContext(context),
    tailLogs: tailLogs(tail),
  };
}
