import type { Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { toStoreTime } from '../../../lib/store/timestamp.js';
import { CONTROL_DATABASE } from '../registry/stored/registry-tables.js';
import type { MoveRecord, MoveStep } from './move-record.js';

const SELECT_MOVES: Statement = {
  name: 'moves_read',
  sql: `SELECT TenantId AS tenantId, MoveId AS moveId, FromCell AS fromCell, ToCell AS toCell, Step AS step, RowsTotal AS rowsTotal,
  RowsCopied AS rowsCopied, LastError AS lastError, Actor AS actor, toUnixTimestamp64Milli(StepAt) AS stepAtMs, Rank AS rank,
  (TenantId, MoveId) IN (SELECT TenantId, MoveId FROM {database:Identifier}.move_aborts) AS isAbortAsked
FROM {database:Identifier}.moves FINAL WHERE {tenantId:UInt32} = 0 OR TenantId = {tenantId:UInt32} ORDER BY tenantId`,
};

/** As it arrives: 64-bit integers are text. */
interface MoveRow {
  readonly tenantId: number;
  readonly moveId: string;
  readonly fromCell: string;
  readonly toCell: string;
  readonly step: MoveStep;
  readonly rowsTotal: string;
  readonly rowsCopied: string;
  readonly lastError: string;
  readonly actor: string;
  readonly stepAtMs: string;
  readonly rank: string;
  readonly isAbortAsked: number;
}

/** Moves as they are kept in ClickHouse: what a mover finds when it takes over from another. */
export class MovesTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The last move of each tenant; of one tenant when an id is given. */
  async read(signal: AbortSignal, tenantId = 0): Promise<readonly MoveRecord[]> {
    const options = { database: CONTROL_DATABASE, signal };
    const { rows } = await this.#store.query<MoveRow>(SELECT_MOVES, { tenantId }, options);
    return rows.map((row) => ({
      ...row,
      moveId: Number(row.moveId),
      rowsTotal: Number(row.rowsTotal),
      rowsCopied: Number(row.rowsCopied),
      stepAtMs: Number(row.stepAtMs),
      rank: Number(row.rank),
      isAbortAsked: row.isAbortAsked === 1,
    }));
  }

  async write(move: MoveRecord, signal: AbortSignal): Promise<void> {
    await this.#store.insertRows({
      ...{ name: 'moves_write', database: CONTROL_DATABASE, table: 'moves', signal },
      rows: [
        {
          TenantId: move.tenantId,
          MoveId: String(move.moveId),
          FromCell: move.fromCell,
          ToCell: move.toCell,
          Step: move.step,
          RowsTotal: String(move.rowsTotal),
          RowsCopied: String(move.rowsCopied),
          LastError: move.lastError,
          Actor: move.actor,
          StepAt: toStoreTime(move.stepAtMs),
          Rank: String(move.rank),
          UpdatedAt: toStoreTime(Date.now()),
        },
      ],
    });
  }

  /** Once asked for, that stays so for this move. */
  async askToAbort({ tenantId, moveId }: MoveRecord, actor: string, signal: AbortSignal): Promise<void> {
    await this.#store.insertRows({
      ...{ name: 'moves_abort', database: CONTROL_DATABASE, table: 'move_aborts', signal },
      rows: [
        {
          ...{ TenantId: tenantId, MoveId: String(moveId), Actor: actor },
          UpdatedAt: toStoreTime(Date.now()),
        },
      ],
    });
  }
}
