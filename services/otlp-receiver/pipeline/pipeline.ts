import type { Account, Share } from '../ledger/account.js';
import type { NativeBlock } from '../native/block.js';

/** One export on its way to the store; `database` is where to. */
export interface Delivery extends Account {
  /** What the ledger counts: items in the blocks, and the bytes of the request that are theirs. */
  readonly shares: readonly Share[];
  readonly blocks: readonly NativeBlock[];
  /** Point of `performance.now()` after which the exporter is asked to send again. */
  readonly deadlineMs: number;
}

/** Takes exports and makes them durable. */
export interface Pipeline {
  /** Whether rows that can never be stored are kept aside. Only then may exports share a block, since one could take others along. */
  readonly keepsRefused: boolean;
  /**
   * Resolves when every row is durable, and entered in the ledger: only then may the export be acknowledged. Rejects with AppError `unavailable` when
   * that could not be had in time (sending again is right) and `internal` when the rows can never be stored.
   */
  write(delivery: Delivery): Promise<void>;
  /** Whether rows of the tenant are on their way to the database. */
  isPending(tenantId: number, database: string): boolean;
  /** Bytes of the tenant that were acknowledged and are not stored yet. */
  heldBytes(tenantId: number): number;
  /** Finishes what was taken, then lets go of everything. */
  close(): Promise<void>;
}
