import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { readerOf } from '../../access/reader.js';
import { readLogFilter } from '../../logs/log-filter.js';
import type { TailHub } from '../../logs/tail/tail-hub.js';
import { tailStream } from '../../logs/tail/tail-stream.js';

export function tailLogs(hub: TailHub): ServiceImpl<typeof LogQueryService>['tailLogs'] {
  return ({ filter, resumeToken }, call) => {
    const seat = hub.join({ reader: readerOf(call), filter: readLogFilter(filter), resumeToken });
    // A caller that is gone before the stream is read would keep its seat.
    call.signal.addEventListener('abort', seat.leave, { once: true });
    return tailStream({ seat, leaseMs: hub.leaseMs, signal: call.signal });
  };
}
