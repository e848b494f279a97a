import { ingestLedgerRoute } from './ledger.js';
import { ingestRejectsRoute } from './rejects.js';
import { ingestServicesRoute } from './services.js';

/** Questions about what became of exports. */
export const INGEST_ROUTES = [ingestLedgerRoute, ingestServicesRoute, ingestRejectsRoute];
