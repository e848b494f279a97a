import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Ledger } from '../ledger/ledger.js';
import { MAX_DAYS_PER_BLOCK } from '../native/block.js';
import type { BatchLimits } from './batch.js';
import { CellChecks } from './cell-checks.js';
import type { Delivery, Pipeline } from './pipeline.js';
import type { PipelineMetrics } from './pipeline-metrics.js';
import { TableWriter } from './table-writer.js';

/** One insert stays far below `max_insert_block_size`, so it makes one part per day. */
const BATCH_LIMITS: BatchLimits = { maxRows: 100_000, maxBytes: 32 * 2 ** 20, maxDays: MAX_DAYS_PER_BLOCK };

export interface DirectPipelineOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  readonly ledger: Ledger;
}

/** Durable means stored: an export is done when ClickHouse has its rows. */
export class DirectPipeline implements Pipeline {
  readonly keepsRefused = false;
  readonly #options: DirectPipelineOptions;
  readonly #checks: CellChecks;
  readonly #writers = new Map<string, TableWriter>();

  constructor(options: DirectPipelineOptions) {
    this.#options = options;
    this.#checks = new CellChecks(options.store);
  }

  async write(delivery: Delivery): Promise<void> {
    const { database, blocks, deadlineMs, shares } = delivery;
    await this.#checks.ensure(database);
    const results = await Promise.allSettled(
      blocks.map((block) => this.#writer(database, block.table).write(block, deadlineMs)),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    this.#options.ledger.stored(delivery, shares);
  }

  /** What is on its way here is a write that runs, which its caller knows of. */
  isPending(): boolean {
    return false;
  }

  /** What is acknowledged is stored. */
  heldBytes(): number {
    return 0;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.idle()));
  }

  #writer(database: string, table: string): TableWriter {
    const key = `${database}.${table}`;
    const writer =
      this.#writers.get(key) ?? new TableWriter({ ...this.#options, database, table, limits: BATCH_LIMITS });
    this.#writers.set(key, writer);
    return writer;
  }
}
