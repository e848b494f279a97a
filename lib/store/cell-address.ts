import { AppError } from '../errors/app-error.js';

/** The service that the CLICKHOUSE_* settings name. It has the registry and every cell that was given no other service. */
export const DEFAULT_SERVICE = 'default';

/** Where a database is: its name, and the ClickHouse service that holds it. */
export interface CellPlace {
  readonly database: string;
  readonly service: string;
}

const SEPARATOR = '@';
/** Short enough for a label of a metric, and without the separator. */
const SERVICE_NAME = /^[a-z][a-z0-9-]{0,39}$/;

export const isServiceName = (name: string): boolean => SERVICE_NAME.test(name);

/**
 * The place as one word, the form in which it travels from the registry to whoever reads or writes the cell:
 * `database@service`, or `database` alone on the default service.
 */
export function cellAddress({ database, service }: CellPlace): string {
  return service === DEFAULT_SERVICE ? database : `${database}${SEPARATOR}${service}`;
}

/** Throws `internal` for what `cellAddress` never makes: a wrong guess would be another service's database. */
export function parseCellAddress(address: string): CellPlace {
  const [database = '', service = DEFAULT_SERVICE, ...rest] = address.split(SEPARATOR);
  if (database === '' || rest.length > 0 || !isServiceName(service))
    throw new AppError('internal', 'Internal error.', { cause: new Error(`not a cell: ${address}`) });
  return { database, service };
}

/** The name that ClickHouse knows the database by. */
export const databaseNameOf = (address: string): string => parseCellAddress(address).database;

export const serviceOf = (address: string): string => parseCellAddress(address).service;

export const isSameService = (a: string, b: string): boolean => serviceOf(a) === serviceOf(b);
