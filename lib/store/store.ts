import type { Logger } from '../telemetry/logger.js';
import type { Registry } from '../telemetry/metrics.js';
import type { ClickHouseServices } from './services/clickhouse-services.js';
import { RoutedStore } from './services/routed-store.js';
import type { Statement, StatementParams } from './statement.js';

export interface StoreOptions {
  /** The default service: `http(s)://[user:password@]host:port`, as `clickhouseUrl` parses it. */
  readonly url: string;
  /** The further services. Default: none. */
  readonly services?: Pick<ClickHouseServices, 'get' | 'onChange'> | undefined;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Name of the process, for `log_comment` and the User-Agent. */
  readonly application: string;
  /** Most requests open at a time to one service, unless it has a number of its own; further ones wait. Default 16. */
  readonly maxConnections?: number;
  /** Largest answer that is held in memory, as JSON text. Default 64 MiB. */
  readonly maxResultBytes?: number;
}

/** ClickHouse settings by name, for one statement. */
export type StatementSettings = Readonly<Record<string, string | number | boolean>>;

export interface CallOptions {
  /** Ends the request when it aborts, so that the server stops working on it. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Address of the database (see `cellAddress`): the statement goes to its service, and knows its name as
   * `{database:Identifier}` and `{database:String}`. Without it the statement goes to the default service.
   */
  readonly database?: string | undefined;
  readonly settings?: StatementSettings;
  /** Time budget of the statement on the server. Default 10 s for queries, 60 s for commands; at most 300 s. */
  readonly maxExecutionMs?: number;
}

export interface QueryStats {
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** On the server. */
  readonly elapsedMs: number;
}

export interface QueryResult<T> {
  readonly rows: readonly T[];
  readonly stats: QueryStats;
}

export interface InsertNativeOptions {
  /** Address of the database, as everywhere. */
  readonly database: string;
  readonly table: string;
  /** Columns in the order of the blocks; an unknown name is an error. */
  readonly columns: readonly string[];
  /** Blocks in Native format, revision 0, sent back to back in one statement. Must not change until the call is done. */
  readonly blocks: readonly Uint8Array[];
  /** Fixed before the first attempt and kept for every further one, with the same blocks. */
  readonly deduplicationToken: string;
  readonly signal?: AbortSignal | undefined;
  /** Default 60 s. */
  readonly maxExecutionMs?: number;
}

export interface InsertRowsOptions {
  /** Name of the statement in metrics. */
  readonly name: string;
  /** Address of the database, as everywhere. */
  readonly database: string;
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** With it the rows are inserted at most once, however often the call is repeated with the same rows. */
  readonly deduplicationToken?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface InsertResult {
  /** Rows that the server went through, those of dependent views and of a batch that it knew already included. */
  readonly writtenRows: number;
}

/**
 * The way to ClickHouse, whichever service holds the database. Every failure is an AppError (see `toStoreError`); a service
 * that this process does not know is `unavailable`.
 */
export interface Store {
  /**
   * Runs a SELECT. Rows are objects by column name; 64-bit integers are decimal strings, exact. A result over `maxResultBytes` is
   * refused with `query_too_expensive`.
   */
  query<T>(statement: Statement, params?: StatementParams, options?: CallOptions): Promise<QueryResult<T>>;
  /** Runs a SELECT whose rows go to another database: Native blocks as `insertNative` takes them, at most `maxResultBytes`. */
  readNative(statement: Statement, params?: StatementParams, options?: CallOptions): Promise<Uint8Array>;
  /** Inserts one batch into one table, at most once per token. Done means stored, views included. */
  insertNative(options: InsertNativeOptions): Promise<InsertResult>;
  /** Inserts a few rows of a control table; values must survive JSON (64-bit integers as strings). */
  insertRows(options: InsertRowsOptions): Promise<InsertResult>;
  /** Runs a statement without a result: DDL, ALTER, DELETE. */
  command(statement: Statement, params?: StatementParams, options?: CallOptions): Promise<void>;
  /** Resolves when the service (the default one) answers and accepts the credentials. Waits 2 s at most. */
  ping(signal?: AbortSignal, service?: string): Promise<void>;
  close(): Promise<void>;
}

/** Connects at the first call, so creating a store never fails. */
export function createStore(options: StoreOptions): Store {
  return new RoutedStore(options);
}
