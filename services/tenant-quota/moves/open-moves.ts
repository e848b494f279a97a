import type { Kv } from '../../../lib/kv/kv.js';
import { movedTables } from './copying/moved-tables.js';
import { tenantPartitions } from './copying/tenant-partitions.js';
import { DayProofs } from './day-proofs.js';
import { MoveLoop, type MoveLoopOptions } from './move-loop.js';
import { Mover, type MoverOptions } from './mover.js';
import { Moves } from './moves.js';
import { MovesTable } from './moves-table.js';
import { Receivers } from './receivers.js';
import { Strays } from './strays.js';

export interface OpenMovesOptions
  extends Omit<MoverOptions, 'table' | 'moves' | 'receivers'>,
    Pick<MoveLoopOptions, 'locks'> {
  readonly kv: Kv;
}

export interface OpenedMoves {
  readonly moves: Moves;
  readonly receivers: Receivers;
  /** To be started. */
  readonly loop: MoveLoop;
}

/** Puts together what moves tenants. */
export function openMoves(options: OpenMovesOptions): OpenedMoves {
  const { store, registry, locks, audit, logger } = options;
  const table = new MovesTable(store);
  const receivers = new Receivers(options.kv);
  const rowsOf = async (tenantId: number, cellName: string, signal: AbortSignal) => {
    const cell = registry.cell(cellName);
    if (!cell) return 0;
    const { database } = cell;
    const tables = (await movedTables(store, cell, signal)).filter(({ kind }) => kind === 'rows');
    const partitions = await tenantPartitions(store, { database, tables, tenantId, signal });
    return partitions.reduce((sum, { rows }) => sum + rows, 0);
  };
  const moves = new Moves({ table, registry, locks, audit, rowsOf });
  const strays = new Strays({ store, registry, table, moves, logger });
  const days = new DayProofs({ store, clusterOf: options.clusterOf, registry, table, logger });
  const loop = new MoveLoop({
    ...{ moves, locks, logger, isLoaded: () => registry.isLoaded },
    lookBack: async (lease, signal) => {
      await days.run(lease, signal);
      await strays.reopen(lease, signal);
    },
    moverOf: (move) => new Mover({ ...options, table, moves, receivers }, move),
  });
  return { moves, receivers, loop };
}
