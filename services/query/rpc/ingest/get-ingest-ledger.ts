import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestQueryService } from '../../../../gen/es/gob/query/v1/ingest_pb.js';
import { type LedgerSumsRow, toLedgerSums } from '../../../../lib/ingest-ledger/ledger-sums.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { readAsked, readName } from '../../ingest/read-request.js';
import { ingestLedger } from '../../sql/ingest/ledger.js';

export function getIngestLedger(
  context: QueryContext,
): ServiceImpl<typeof IngestQueryService>['getIngestLedger'] {
  return (request, call) =>
    withReading(context, call, async (reading) => {
      const service = readName('service', request.service);
      const asked = readAsked(request, reading);
      const rows = asked ? await reading.rows<LedgerSumsRow>(ingestLedger({ ...asked, service })) : [];
      return { sums: rows.map(toLedgerSums) };
    });
}
