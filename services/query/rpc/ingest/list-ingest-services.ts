import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestQueryService } from '../../../../gen/es/gob/query/v1/ingest_pb.js';
import { type LedgerSumsRow, toLedgerSums } from '../../../../lib/ingest-ledger/ledger-sums.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { readAsked, readLimit } from '../../ingest/read-request.js';
import { ingestServices } from '../../sql/ingest/ledger.js';

const DEFAULT_LIMIT = 20;

export function listIngestServices(
  context: QueryContext,
): ServiceImpl<typeof IngestQueryService>['listIngestServices'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const order = { byItems: request.byItems, limit: readLimit(request.limit, DEFAULT_LIMIT) };
      const asked = readAsked(request, reading);
      const rows = asked ? await reading.rows<LedgerSumsRow>(ingestServices({ ...asked, ...order })) : [];
      return { services: rows.map(toLedgerSums) };
    });
}
