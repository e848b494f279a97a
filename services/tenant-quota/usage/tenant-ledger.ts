import { LEDGER_SUMS, type LedgerSumsRow } from '../../../lib/ingest-ledger/ledger-sums.js';
import { REJECT_COLUMNS, REJECT_GROUP, type RejectRow } from '../../../lib/ingest-ledger/rejects.js';
import type { Statement, StatementParams } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';

export interface LedgerQuestion {
  readonly store: Store;
  /** Of the tenant's cell. */
  readonly database: string;
  /** 0 for what belongs to no tenant. */
  readonly tenantId: number;
  readonly startUnixMs: bigint;
  readonly endUnixMs: bigint;
  /** Empty: all. */
  readonly signal: string;
  readonly limit: number;
  readonly abort: AbortSignal;
}

const instant = (param: string) => `fromUnixTimestamp64Milli({${param}:Int64}, 'UTC')`;
const OF_TENANT = `TenantId = {tenantId:UInt32} AND Day BETWEEN toDate(${instant('start')}) AND toDate(${instant('end')})
  AND (empty({signal:String}) OR toString(Signal) = {signal:String})`;
const FROM_LEDGER = `FROM {database:Identifier}.ingest_ledger
WHERE ${OF_TENANT}
  AND Minute BETWEEN toStartOfMinute(${instant('start')}) AND toStartOfMinute(${instant('end')})`;

const SELECT_LEDGER: Statement = {
  name: 'tenant_ledger',
  sql: `SELECT ProjectId AS project, toString(Signal) AS signal, toString(Reason) AS reason, ${LEDGER_SUMS}
${FROM_LEDGER}
GROUP BY project, signal, reason ORDER BY project, signal, reason`,
};

const SELECT_SERVICES: Statement = {
  name: 'tenant_services',
  sql: `SELECT ProjectId AS project, toString(ServiceName) AS service, ${LEDGER_SUMS}
${FROM_LEDGER}
GROUP BY project, service
ORDER BY if({byItems:Bool}, receivedItems, receivedBytes) DESC, project, service LIMIT {limit:UInt32}`,
};

const SELECT_REJECTS: Statement = {
  name: 'tenant_rejects',
  sql: `SELECT ProjectId AS project, ${REJECT_COLUMNS}
FROM {database:Identifier}.ingest_rejects
WHERE ${OF_TENANT}
  AND LastAt BETWEEN ${instant('start')} AND ${instant('end')}
GROUP BY project, ${REJECT_GROUP}
ORDER BY lastMs DESC, project, ${REJECT_GROUP} LIMIT {limit:UInt32}`,
};

/** What became of a tenant's exports, by project, signal and reason. */
export const tenantLedger = (question: LedgerQuestion): Promise<readonly LedgerSumsRow[]> =>
  rowsOf(question, SELECT_LEDGER);

/** Services of a tenant by what they sent, the largest first. */
export const tenantServices = (
  question: LedgerQuestion,
  byItems: boolean,
): Promise<readonly LedgerSumsRow[]> => rowsOf(question, SELECT_SERVICES, { byItems, limit: question.limit });

/** What was refused of a tenant, the latest first. */
export const tenantRejects = (question: LedgerQuestion): Promise<readonly RejectRow[]> =>
  rowsOf(question, SELECT_REJECTS, { limit: question.limit });

async function rowsOf<T>(
  { store, database, tenantId, startUnixMs: start, endUnixMs: end, signal, abort }: LedgerQuestion,
  statement: Statement,
  more: StatementParams = {},
): Promise<readonly T[]> {
  const params = { ...more, tenantId, start, end, signal };
  return (await store.query<T>(statement, params, { database, signal: abort })).rows;
}
