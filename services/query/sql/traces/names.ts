import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS } from '../fragments.js';

export interface NameRow {
  readonly name: string;
}

/** Most names in an answer, as the contract says. */
export const MAX_NAMES = 1000;

const IN_RANGE = `Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})`;

const SERVICES = `SELECT toString(ServiceName) AS name
FROM {database:Identifier}.service_operations
WHERE ${OWN_ROWS}
  AND ${IN_RANGE}
GROUP BY name
ORDER BY name
LIMIT {limit:UInt32}`;

const OPERATIONS = `SELECT toString(SpanName) AS name
FROM {database:Identifier}.service_operations
WHERE ${OWN_ROWS}
  AND ServiceName = {serviceName:String}
  AND ${IN_RANGE}
GROUP BY name
ORDER BY name
LIMIT {limit:UInt32}`;

export function serviceNames(stored: Range): BoundStatement {
  return {
    statement: { name: 'service_names', sql: SERVICES },
    params: toParams(stored),
    maxRows: MAX_NAMES,
  };
}

export function operationNames(serviceName: string, stored: Range): BoundStatement {
  const params = { ...toParams(stored), serviceName };
  return { statement: { name: 'operation_names', sql: OPERATIONS }, params, maxRows: MAX_NAMES };
}

function toParams(stored: Range) {
  return { storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano, limit: MAX_NAMES };
}
