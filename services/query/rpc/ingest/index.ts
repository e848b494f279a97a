import type { ServiceImpl } from '@connectrpc/connect';
import type { IngestQueryService } from '../../../../gen/es/gob/query/v1/ingest_pb.js';
import type { QueryContext } from '../../context.js';
import { getIngestLedger } from './get-ingest-ledger.js';
import { listIngestRejects } from './list-ingest-rejects.js';
import { listIngestServices } from './list-ingest-services.js';

/** Every call of the contract for what became of exports. */
export function ingestCalls(context: QueryContext): ServiceImpl<typeof IngestQueryService> {
  return {
    getIngestLedger: getIngestLedger(context),
    listIngestServices: listIngestServices(context),
    listIngestRejects: listIngestRejects(context),
  };
}
