/**
 * `copying` while everything goes on; `routing` while receivers turn to the new cell; `finishing` while the rest is copied and
 * compared; `attaching` while sums are handed over and the placement is written; `switched` while the old rows wait for
 * those who still read them. `settling` takes from the old cell's sums what the new one was given; `cleaning` brings over what
 * came late, goes back to `settling` when there are sums among it, and deletes the old rows. `aborting` turns receivers back,
 * `returning` and `clearing` do in the new cell what `settling` and `cleaning` do in the old one.
 */
export type MoveStep =
  | 'copying'
  | 'routing'
  | 'finishing'
  | 'attaching'
  | 'switched'
  | 'settling'
  | 'cleaning'
  | 'done'
  | 'aborting'
  | 'returning'
  | 'clearing'
  | 'aborted';

/** The last move of a tenant. */
export interface MoveRecord {
  readonly tenantId: number;
  /** When it was asked for, Unix milliseconds; names the move. */
  readonly moveId: number;
  readonly fromCell: string;
  readonly toCell: string;
  readonly step: MoveStep;
  /** Rows in the old cell when it began, tables that views fill left out. */
  readonly rowsTotal: number;
  readonly rowsCopied: number;
  /** Why the last attempt at the step failed; empty when it did not. */
  readonly lastError: string;
  /** Who asked for it. */
  readonly actor: string;
  /** When it came to its step, Unix milliseconds. */
  readonly stepAtMs: number;
  /** Greater than that of every earlier state of the record. */
  readonly rank: number;
  /** Somebody wants it taken back; from the next check on it is. */
  readonly isAbortAsked: boolean;
}

/** Steps from which a move can still be taken back: the new cell has no sums yet, and nobody reads it. */
export const REVOCABLE: ReadonlySet<MoveStep> = new Set(['copying', 'routing', 'finishing']);

const OVER: ReadonlySet<MoveStep> = new Set(['done', 'aborted']);

export const isOver = ({ step }: MoveRecord): boolean => OVER.has(step);

/** Steps in which receivers must send new rows to another cell than the one that the tenant is placed in. */
const TO_NEW: ReadonlySet<MoveStep> = new Set([
  ...(['routing', 'finishing', 'attaching', 'switched', 'settling', 'cleaning'] as const),
]);
const TO_OLD: ReadonlySet<MoveStep> = new Set(['aborting', 'returning', 'clearing']);

/** Where new rows of a tenant go while it moves, instead of where its placement says or said. */
export interface Route {
  readonly tenantId: number;
  readonly fromCell: string;
  readonly toCell: string;
  /** Names the route among all moves. */
  readonly token: number;
}

export function routeOf({ tenantId, moveId, fromCell, toCell, step }: MoveRecord): Route | undefined {
  if (TO_NEW.has(step)) return { tenantId, fromCell, toCell, token: moveId * 2 };
  if (TO_OLD.has(step)) return { tenantId, fromCell: toCell, toCell: fromCell, token: moveId * 2 + 1 };
  return undefined;
}
