import { LEDGER_SUMS } from '../../../../lib/ingest-ledger/ledger-sums.js';
import { REJECT_COLUMNS, REJECT_GROUP } from '../../../../lib/ingest-ledger/rejects.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS } from '../fragments.js';

export interface IngestOptions {
  readonly range: Range;
  /** Empty: all. */
  readonly signal: string;
}

const OF_SIGNAL = `AND (empty({signal:String}) OR toString(Signal) = {signal:String})`;
const OF_SERVICE = `AND (empty({service:String}) OR ServiceName = {service:String})`;
const DAYS = `Day BETWEEN toDate(${instant('start')}) AND toDate(${instant('end')})`;
/** Every minute that the range touches. */
const MINUTES = `Minute BETWEEN toStartOfMinute(${instant('start')}) AND toStartOfMinute(${instant('end')})`;

const LEDGER = `SELECT toString(Signal) AS signal, toString(Reason) AS reason,
  ${LEDGER_SUMS}
FROM {database:Identifier}.ingest_ledger
WHERE ${OWN_ROWS}
  AND ${DAYS} AND ${MINUTES}
  ${OF_SIGNAL} ${OF_SERVICE}
GROUP BY signal, reason
ORDER BY signal, reason`;

/** Reasons are a small fixed set. */
const MAX_LEDGER_ROWS = 1_000;

export function ingestLedger(options: IngestOptions & { readonly service: string }): BoundStatement {
  const params = { ...paramsOf(options), service: options.service };
  return { statement: { name: 'ingest_ledger', sql: LEDGER }, params, maxRows: MAX_LEDGER_ROWS };
}

const SERVICES = `SELECT toString(ServiceName) AS service,
  ${LEDGER_SUMS}
FROM {database:Identifier}.ingest_ledger
WHERE ${OWN_ROWS}
  AND ${DAYS} AND ${MINUTES}
  ${OF_SIGNAL}
GROUP BY service
ORDER BY if({byItems:Bool}, receivedItems, receivedBytes) DESC, service
LIMIT {limit:UInt32}`;

export interface ServicesOptions extends IngestOptions {
  /** Else by bytes. */
  readonly byItems: boolean;
  readonly limit: number;
}

export function ingestServices(options: ServicesOptions): BoundStatement {
  const { byItems, limit } = options;
  const params = { ...paramsOf(options), byItems, limit };
  return { statement: { name: 'ingest_services', sql: SERVICES }, params, maxRows: limit };
}

const REJECTS = `SELECT ${REJECT_COLUMNS}
FROM {database:Identifier}.ingest_rejects
WHERE ${OWN_ROWS}
  AND ${DAYS} AND LastAt BETWEEN ${instant('start')} AND ${instant('end')}
  ${OF_SIGNAL} ${OF_SERVICE}
  AND (empty({reason:String}) OR Reason = {reason:String})
GROUP BY ${REJECT_GROUP}
ORDER BY lastMs DESC, ${REJECT_GROUP}
LIMIT {limit:UInt32}`;

export interface RejectsOptions extends IngestOptions {
  readonly service: string;
  readonly reason: string;
  readonly limit: number;
}

export function ingestRejects(options: RejectsOptions): BoundStatement {
  const { service, reason, limit } = options;
  const params = { ...paramsOf(options), service, reason, limit };
  return { statement: { name: 'ingest_rejects', sql: REJECTS }, params, maxRows: limit };
}

function paramsOf({ range, signal }: IngestOptions) {
  return { start: range.startUnixNano, end: range.endUnixNano, signal };
}
