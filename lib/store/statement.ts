import { AppError } from '../errors/app-error.js';

/**
 * One statement with its name. The name appears in metrics and in `log_comment`, so it is a constant, never built from input.
 * Values come in only as typed parameters `{name:Type}`; the database as `{database:Identifier}`.
 */
export interface Statement {
  readonly name: string;
  readonly sql: string;
}

/** A value of a typed parameter. Binary ids are passed as hex text and undone by `unhex`. */
export type StatementParam = string | number | bigint | boolean | null | readonly StatementParam[];

/** Parameters by name. `tenantId` and `projectId`, where present, are also written to `log_comment`. */
export type StatementParams = Readonly<Record<string, StatementParam>>;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** A flattened Nested column, for example `Events.Name`. */
const COLUMN = /^[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63})?$/;

/** A database or table name as it may stand in SQL. Anything unusual is a fault of ours, never quoted and hoped for. */
export function quoteIdentifier(name: string): string {
  if (!IDENTIFIER.test(name))
    throw new AppError('internal', 'Internal error.', { cause: new Error(`not an identifier: ${name}`) });
  return `\`${name}\``;
}

/** A column name as it may stand in SQL. */
export function quoteColumn(name: string): string {
  if (!COLUMN.test(name))
    throw new AppError('internal', 'Internal error.', { cause: new Error(`not a column: ${name}`) });
  return `\`${name}\``;
}
