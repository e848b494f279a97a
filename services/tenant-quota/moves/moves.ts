import { AppError } from '../../../lib/errors/app-error.js';
import type { Locks } from '../locks/lock.js';
import type { AuditLog } from '../registry/stored/audit-log.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { isOver, type MoveRecord, REVOCABLE, type Route, routeOf } from './move-record.js';
import type { MovesTable } from './moves-table.js';

export interface MovesOptions {
  readonly table: MovesTable;
  readonly registry: TenantRegistry;
  readonly locks: Locks;
  readonly audit: AuditLog;
  readonly rowsOf: (tenantId: number, cell: string, signal: AbortSignal) => Promise<number>;
}

export interface MoveQuestion {
  readonly tenantId: number;
  readonly toCell: string;
  readonly actor: string;
}

/** Between asking for moves and taking them back: two of one tenant never begin. */
const LOCK = 'moves-admin';

/** What moves there are, for those who ask for them and for receivers. */
export class Moves {
  readonly #options: MovesOptions;
  #active: readonly MoveRecord[] = [];

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Reads what is stored. Returns moves that are not over. */
  async refresh(signal: AbortSignal): Promise<readonly MoveRecord[]> {
    this.#active = (await this.#options.table.read(signal)).filter((move) => !isOver(move));
    return this.#active;
  }

  /** Routes in force when last read. */
  get routes(): readonly Route[] {
    return this.#active.flatMap((move) => routeOf(move) ?? []);
  }

  async find(tenantId: number, signal: AbortSignal): Promise<MoveRecord | undefined> {
    return (await this.#options.table.read(signal, tenantId))[0];
  }

  /** What a move would begin with. Throws `not_found`, `invalid_argument` and `conflict`. */
  async plan(question: MoveQuestion, signal: AbortSignal): Promise<MoveRecord> {
    const { registry, rowsOf } = this.#options;
    const { tenantId, toCell, actor } = question;
    const view = registry.tenant(tenantId);
    if (!view) throw new AppError('not_found', `There is no tenant ${tenantId}.`, { field: 'tenant_id' });
    const fromCell = view.record.cell;
    const last = await this.find(tenantId, signal);
    if (last && !isOver(last)) {
      if (last.toCell === toCell) return last;
      throw new AppError('conflict', `Tenant ${tenantId} is on its way to ${last.toCell} (${last.step}).`);
    }
    this.#requireTarget(tenantId, fromCell, toCell);
    if (view.record.status !== 'ready')
      throw new AppError(
        'conflict',
        `Tenant ${tenantId} is ${view.record.status}; only one that is ready can be moved.`,
      );
    const nowMs = Date.now();
    const moveId = Math.max(nowMs, (last?.moveId ?? 0) + 1);
    const rowsTotal = await rowsOf(tenantId, fromCell, signal);
    return {
      ...{ tenantId, moveId, fromCell, toCell, step: 'copying', rowsTotal, rowsCopied: 0 },
      ...{ lastError: '', actor, stepAtMs: nowMs, rank: Math.max(moveId, (last?.rank ?? 0) + 1) },
      isAbortAsked: false,
    };
  }

  /** Asked for again, the move that runs is answered. Throws as `plan`. */
  start(question: MoveQuestion, signal: AbortSignal): Promise<MoveRecord> {
    return this.#options.locks.run(LOCK, signal, async () => {
      const move = await this.plan(question, signal);
      if (move.rank === (await this.find(question.tenantId, signal))?.rank) return move;
      const { tenantId, fromCell, toCell, actor } = move;
      const reason = `${fromCell} -> ${toCell}`;
      await this.#options.audit.write(
        [{ actor, action: 'move_tenant', tenantId, cell: toCell, reason }],
        signal,
      );
      await this.#options.table.write(move, signal);
      return move;
    });
  }

  /** Throws `not_found` where there is none, and `conflict` when it is too late. */
  abort(tenantId: number, actor: string, signal: AbortSignal): Promise<MoveRecord> {
    return this.#options.locks.run(LOCK, signal, async () => {
      const move = await this.find(tenantId, signal);
      if (!move || move.step === 'done')
        throw new AppError('not_found', `Tenant ${tenantId} is not being moved.`, { field: 'tenant_id' });
      if (move.isAbortAsked || isOver(move)) return move;
      if (!REVOCABLE.has(move.step))
        throw new AppError(
          'conflict',
          `It is too late to take the move back: it is ${move.step}. Move the tenant back when it is done.`,
        );
      await this.#options.audit.write([{ actor, action: 'abort_move', tenantId, cell: move.toCell }], signal);
      await this.#options.table.askToAbort(move, actor, signal);
      return { ...move, isAbortAsked: true };
    });
  }

  /** Does what decides whether a move can still be taken back, while nobody asks for that. */
  exclusively<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#options.locks.run(LOCK, signal, work);
  }

  #requireTarget(tenantId: number, fromCell: string, toCell: string): void {
    const cell = this.#options.registry.cell(toCell);
    if (!cell) throw new AppError('not_found', `There is no cell ${toCell}.`, { field: 'to_cell' });
    if (fromCell === toCell)
      throw new AppError('conflict', `Tenant ${tenantId} is in the cell ${toCell} already.`, {
        field: 'to_cell',
      });
    if (cell.dedicatedTenantId !== 0 && cell.dedicatedTenantId !== tenantId)
      throw new AppError('conflict', `The cell ${toCell} is kept for tenant ${cell.dedicatedTenantId}.`, {
        field: 'to_cell',
      });
  }
}
