import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestQueryService } from '../../../../gen/es/gob/query/v1/ingest_pb.js';
import { type RejectRow, toReject } from '../../../../lib/ingest-ledger/rejects.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { readAsked, readLimit, readName } from '../../ingest/read-request.js';
import { ingestRejects } from '../../sql/ingest/ledger.js';

const DEFAULT_LIMIT = 50;

export function listIngestRejects(
  context: QueryContext,
): ServiceImpl<typeof IngestQueryService>['listIngestRejects'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const which = {
        service: readName('service', request.service),
        reason: readName('reason', request.reason),
        limit: readLimit(request.limit, DEFAULT_LIMIT),
      };
      const asked = readAsked(request, reading);
      const rows = asked ? await reading.rows<RejectRow>(ingestRejects({ ...asked, ...which })) : [];
      return { rejects: rows.map(toReject) };
    });
}
