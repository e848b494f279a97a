import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { AuditLog } from '../registry/stored/audit-log.js';
import type { MoveRecord, MoveStep } from './move-record.js';
import type { MovesTable } from './moves-table.js';

export interface MoveStateOptions {
  readonly table: MovesTable;
  readonly audit: AuditLog;
  readonly logger: Logger;
}

/** Who writes: whoever holds the lock. */
export interface Writer {
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

const PROGRESS_INTERVAL_MS = 1_000;

/** The record of a move, as the one who carries it on keeps it. */
export class MoveState {
  readonly #options: MoveStateOptions;
  #move: MoveRecord;
  #wroteAtMs = 0;

  constructor(options: MoveStateOptions, move: MoveRecord) {
    this.#options = options;
    this.#move = move;
  }

  get move(): MoveRecord {
    return this.#move;
  }

  /** Notes the next step, before it is begun. */
  async go(step: MoveStep, writer: Writer): Promise<void> {
    const { tenantId, fromCell, toCell, step: before } = this.#move;
    const { audit, logger } = this.#options;
    const deed = { actor: 'mover', action: 'move_step', tenantId, cell: toCell, fence: writer.lease.fence };
    await audit.write([{ ...deed, reason: `${fromCell} -> ${toCell}: ${before} -> ${step}` }], writer.signal);
    await this.#write({ step, stepAtMs: Date.now(), lastError: '' }, writer);
    logger.info({ tenantId, fromCell, toCell, step }, 'a move has come to its next step');
  }

  /** Counts rows. Returns whether it was time to write that down. */
  async copied(rows: number, writer: Writer): Promise<boolean> {
    this.#move = { ...this.#move, rowsCopied: this.#move.rowsCopied + rows };
    if (performance.now() - this.#wroteAtMs < PROGRESS_INTERVAL_MS) return false;
    await this.#write({}, writer);
    return true;
  }

  /** Notes why the step did not work this time. */
  async failed(error: unknown, writer: Writer): Promise<void> {
    const reason = error instanceof AppError ? error.message : 'The step failed; the log says why.';
    const { tenantId, step } = this.#move;
    this.#options.logger.warn(
      { tenantId, step, reason: messageOf(error), err: error },
      'a step of a move failed; it is tried again',
    );
    await this.#write({ lastError: reason }, writer);
  }

  async #write(change: Partial<MoveRecord>, { lease, signal }: Writer): Promise<void> {
    await lease.verify();
    const rank = Math.max(lease.fence, this.#move.rank) + 1;
    this.#move = { ...this.#move, ...change, rank };
    this.#wroteAtMs = performance.now();
    await this.#options.table.write(this.#move, signal);
  }
}
