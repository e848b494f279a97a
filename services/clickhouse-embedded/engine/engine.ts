import { randomUUID } from 'node:crypto';
import { parseEngineError } from '../clickhouse-exception.js';
import { stringLiteral } from '../sql/literal.js';
import { type GateLimits, StatementGate } from './gate.js';
import {
  type Connection,
  type InsertFigures,
  loadNativeEngine,
  type NativeEngine,
  type QueryFigures,
} from './native.js';
import { openFirstConnection } from './open.js';

/** The setting that carries the query id into system.processes; the engine itself makes nothing of it. */
export const QUERY_ID_SETTING = 'chdb_client_name';

export interface EngineOptions {
  /** Absolute path; made when missing. */
  readonly dataDir: string;
  /** Server settings as command-line arguments, e.g. `--mark_cache_size=…`. */
  readonly serverArguments: readonly string[];
  readonly gate: GateLimits;
}

export interface Job {
  /** SET and USE statements that prepare the connection, each ended by a semicolon. */
  readonly prelude: string;
  readonly sql: string;
  /** Format of the result when the statement names none. */
  readonly format: string;
  readonly signal?: AbortSignal;
}

const NO_DATA = Buffer.alloc(0);

/**
 * The engine of this process. Every statement gets a connection of its own and drops it afterwards (1 ms), because
 * settings and parameters stay on a connection: reuse could show one caller's parameters to the next.
 */
export class Engine {
  readonly gate: StatementGate;
  readonly version: string;
  readonly timezone: string;
  private readonly open = new Set<Connection>();

  private constructor(
    private readonly native: NativeEngine,
    private readonly keeper: Connection,
    private readonly options: EngineOptions,
    facts: readonly string[],
  ) {
    this.gate = new StatementGate(options.gate);
    this.version = facts[0] ?? 'unknown';
    this.timezone = facts[1] ?? 'UTC';
  }

  /**
   * Opens the data directory, which this process then owns until {@link close}.
   * @throws AppError when the directory is taken or cannot be written, or the engine does not load.
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const native = loadNativeEngine();
    const keeper = openFirstConnection(native, options.dataDir, options.serverArguments);
    const facts = await native.QueryAsyncConnection(keeper, 'SELECT version(), timezone()', 'TSVRaw');
    return new Engine(native, keeper, options, Buffer.from(facts.bytes).toString().trim().split('\t'));
  }

  /** Runs a statement that returns rows or nothing; the result is held in memory. */
  query(job: Job): Promise<QueryFigures> {
    return this.inTurn(job, (connection) =>
      this.native.QueryAsyncConnection(connection, job.prelude + job.sql, job.format),
    );
  }

  /** Runs an INSERT and reports what was written, rows written by materialized views included. */
  insert(job: Job): Promise<InsertFigures> {
    return this.inTurn(job, (connection) =>
      this.native.InsertRawAsyncConnection(connection, job.prelude + job.sql, NO_DATA, false),
    );
  }

  /** Cancels the running statement with this query id, if there is one. Does not wait for it to end. */
  async kill(queryId: string): Promise<void> {
    // KILL … SYNC never returns in the embedded engine.
    await this.outOfTurn(
      `KILL QUERY WHERE Settings['${QUERY_ID_SETTING}'] = ${stringLiteral(queryId)} ASYNC`,
    );
  }

  /** Proves that the engine still answers, also when every turn is taken. */
  async probe(): Promise<void> {
    await this.outOfTurn('SELECT 1');
  }

  /** Gives memory that the allocator keeps for later back to the system. */
  async purgeMemory(): Promise<void> {
    await this.outOfTurn('SYSTEM JEMALLOC PURGE');
  }

  /** Cancels what still runs and releases the data directory. */
  async close(): Promise<void> {
    const all = `KILL QUERY WHERE Settings['${QUERY_ID_SETTING}'] != ${stringLiteral(randomUUID())} ASYNC`;
    if (this.open.size > 0) await this.outOfTurn(all).catch(() => undefined);
    // Closing a connection in use aborts the engine, so those are left to the end of the process.
    if (this.open.size === 0) this.native.CloseConnection(this.keeper);
  }

  private async inTurn<T>(job: Job, run: (connection: Connection) => Promise<T>): Promise<T> {
    const leave = await this.gate.enter(job.signal);
    try {
      return await this.onOwnConnection(run);
    } finally {
      leave();
    }
  }

  private async outOfTurn(sql: string): Promise<void> {
    await this.onOwnConnection((connection) => this.native.QueryAsyncConnection(connection, sql, 'TSV'));
  }

  private async onOwnConnection<T>(run: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.native.CreateConnection(this.options.dataDir, []);
    this.open.add(connection);
    try {
      return await run(connection);
    } catch (error) {
      throw parseEngineError(error);
    } finally {
      this.open.delete(connection);
      this.native.CloseConnection(connection);
    }
  }
}
