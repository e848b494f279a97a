import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseSettings } from '@clickhouse/client';
import type { Logger } from '../telemetry/logger.js';
import type { Registry } from '../telemetry/metrics.js';
import { type CallDeadline, startDeadline } from './call-deadline.js';
import { inPieces } from './in-pieces.js';
import { ANSWER_FORMAT, drain, type ReadRowsOptions, readBytes, readRows } from './read-rows.js';
import { quoteColumn, quoteIdentifier, type Statement, type StatementParams } from './statement.js';
import type {
  CallOptions,
  InsertNativeOptions,
  InsertResult,
  InsertRowsOptions,
  QueryResult,
  Store,
} from './store.js';
import { createStoreClient, type StoreClient, type StoreClientOptions } from './store-client.js';
import { toAbortError, toStoreError } from './store-errors.js';
import { createStoreMetrics, type StoreMetrics } from './store-metrics.js';

const QUERY_BUDGET_MS = 10_000;
const WRITE_BUDGET_MS = 60_000;
const PING_BUDGET_MS = 2_000;
const MAX_BUDGET_MS = 300_000;
/** Over the server's own limit, so that its clear error arrives before the request is cut. */
const DEADLINE_GRACE_MS = 2_000;
const DEFAULT_MAX_RESULT_BYTES = 64 * 2 ** 20;

const PING: Statement = { name: 'ping', sql: 'SELECT 1 AS ok' };

interface Call {
  readonly statement: Statement;
  readonly params: StatementParams;
  readonly options: CallOptions;
  readonly budgetMs: number;
}

/** What every request carries, whichever method of the client sends it. */
interface Envelope {
  readonly query_id: string;
  readonly abort_signal: AbortSignal;
  readonly query_params: Record<string, unknown>;
  readonly clickhouse_settings: ClickHouseSettings;
}

export interface ClickHouseStoreOptions extends StoreClientOptions {
  /** Name of the ClickHouse service, for metrics. */
  readonly service: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** See `StoreOptions`. */
  readonly maxResultBytes?: number | undefined;
}

/** The way to one ClickHouse service, over HTTP. Databases are plain names here. */
export class ClickHouseStore implements Store {
  readonly #client: StoreClient;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;
  readonly #application: string;
  readonly #maxResultBytes: number;

  constructor(options: ClickHouseStoreOptions) {
    this.#client = createStoreClient(options);
    this.#logger = options.logger;
    this.#metrics = createStoreMetrics(options.registry, options.service);
    this.#application = options.application;
    this.#maxResultBytes = options.maxResultBytes ?? DEFAULT_MAX_RESULT_BYTES;
  }

  query<T>(statement: Statement, params: StatementParams = {}, options: CallOptions = {}) {
    return this.#run(
      { statement, params, options, budgetMs: options.maxExecutionMs ?? QUERY_BUDGET_MS },
      (envelope) => this.#read<T>(statement, envelope),
    );
  }

  async #read<T>(statement: Statement, envelope: Envelope): Promise<QueryResult<T>> {
    return readRows<T>(await this.#select(statement, ANSWER_FORMAT, envelope), this.#bounds(envelope));
  }

  readNative(statement: Statement, params: StatementParams = {}, options: CallOptions = {}) {
    return this.#run(
      { statement, params, options, budgetMs: options.maxExecutionMs ?? QUERY_BUDGET_MS },
      async (envelope) =>
        readBytes(await this.#select(statement, 'Native', envelope), this.#bounds(envelope)),
    );
  }

  #bounds({ abort_signal: signal }: Envelope): ReadRowsOptions {
    return { maxBytes: this.#maxResultBytes, signal };
  }

  async #select(statement: Statement, format: string, envelope: Envelope): Promise<Readable> {
    const { stream } = await this.#client.exec({
      ...envelope,
      query: `${statement.sql}\nFORMAT ${format}`,
      clickhouse_settings: {
        ...READ_SETTINGS,
        max_result_bytes: String(this.#maxResultBytes),
        ...envelope.clickhouse_settings,
      },
    });
    return stream;
  }

  async insertNative(insert: InsertNativeOptions): Promise<InsertResult> {
    const { database, table, columns, blocks, deduplicationToken, signal } = insert;
    const target = `${quoteIdentifier(database)}.${quoteIdentifier(table)}`;
    const sql = `INSERT INTO ${target} (${columns.map(quoteColumn).join(', ')}) FORMAT Native`;
    const settings = {
      ...INSERT_SETTINGS,
      insert_deduplicate: 1,
      insert_deduplication_token: deduplicationToken,
      // A misspelt column would otherwise be dropped without a word.
      input_format_skip_unknown_fields: 0,
      // A new part is small and soon merged: it is faster to read whole than its indexes are to build twice.
      materialize_skip_indexes_on_insert: 0,
    };
    const statement = { name: `insert_${table}`, sql };
    return this.#insert(statement, { signal, settings }, insert.maxExecutionMs, () =>
      Readable.from(inPieces(blocks), { objectMode: false }),
    );
  }

  async insertRows(insert: InsertRowsOptions): Promise<InsertResult> {
    const target = `${quoteIdentifier(insert.database)}.${quoteIdentifier(insert.table)}`;
    const statement = { name: insert.name, sql: `INSERT INTO ${target} FORMAT JSONEachRow` };
    const { deduplicationToken: token } = insert;
    const settings = {
      ...INSERT_SETTINGS,
      ...(token !== undefined && { insert_deduplicate: 1, insert_deduplication_token: token }),
      input_format_skip_unknown_fields: 0,
    };
    const body = insert.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    return this.#insert(statement, { signal: insert.signal, settings }, undefined, () =>
      Readable.from([Buffer.from(body)], { objectMode: false }),
    );
  }

  #insert(
    statement: Statement,
    options: CallOptions,
    maxExecutionMs: number | undefined,
    body: () => Readable,
  ): Promise<InsertResult> {
    const call = { statement, params: {}, options, budgetMs: maxExecutionMs ?? WRITE_BUDGET_MS };
    return this.#run(call, async (envelope) => {
      const result = await this.#client.exec({ ...envelope, query: statement.sql, values: body() });
      await drain(result.stream, envelope.abort_signal);
      return { writtenRows: Number(result.summary?.written_rows ?? 0) };
    });
  }

  async command(statement: Statement, params: StatementParams = {}, options: CallOptions = {}) {
    const budgetMs = options.maxExecutionMs ?? WRITE_BUDGET_MS;
    await this.#run({ statement, params, options, budgetMs }, async (envelope) => {
      const result = await this.#client.exec({ ...envelope, query: statement.sql });
      await drain(result.stream, envelope.abort_signal);
    });
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.query(PING, {}, { signal, maxExecutionMs: PING_BUDGET_MS });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** The frame of every call: budget, tags, metrics, error mapping. */
  async #run<R>(call: Call, send: (envelope: Envelope) => Promise<R>): Promise<R> {
    const startedAtMs = performance.now();
    const budgetMs = Math.min(call.budgetMs, MAX_BUDGET_MS);
    const deadline = startDeadline(budgetMs + DEADLINE_GRACE_MS, call.options.signal);
    const envelope = this.#envelope(call, budgetMs, deadline);
    try {
      deadline.signal.throwIfAborted();
      const result = await send(envelope);
      this.#metrics.record(call.statement.name, 'ok', startedAtMs);
      return result;
    } catch (cause) {
      const error = deadline.signal.aborted
        ? toAbortError(deadline.signal.reason, cause)
        : toStoreError(cause);
      this.#metrics.record(call.statement.name, error.code, startedAtMs);
      this.#logger.debug(
        { statement: call.statement.name, queryId: envelope.query_id, code: error.code, err: cause },
        'statement failed',
      );
      throw error;
    } finally {
      deadline.release();
    }
  }

  #envelope(call: Call, budgetMs: number, deadline: CallDeadline): Envelope {
    const { statement, params, options } = call;
    const tags = {
      app: this.#application,
      statement: statement.name,
      ...(params.tenantId !== undefined && { tenant: String(params.tenantId) }),
      ...(params.projectId !== undefined && { project: String(params.projectId) }),
    };
    return {
      query_id: randomUUID(),
      abort_signal: deadline.signal,
      query_params: { ...params, ...(options.database !== undefined && { database: options.database }) },
      clickhouse_settings: {
        log_comment: JSON.stringify(tags),
        max_execution_time: budgetMs / 1000,
        // The status line is final: nothing fails after a 200.
        wait_end_of_query: 1,
        ...options.settings,
      },
    };
  }
}

const READ_SETTINGS: ClickHouseSettings = {
  cancel_http_readonly_queries_on_client_close: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_write_statistics: 1,
};

const INSERT_SETTINGS = {
  async_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  materialized_views_ignore_errors: 0,
  // Views group what they derive from a block already; to look for equal keys once more costs a tenth of the insert.
  optimize_on_insert: 0,
} as const;
