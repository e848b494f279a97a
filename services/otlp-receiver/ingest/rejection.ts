import type { Amount } from '../ledger/ledger.js';

/** Why so much of an export is refused. */
export interface Rejection {
  readonly reason: string;
  readonly amount: Amount;
  readonly detail: string;
  readonly limit?: string;
  readonly measured?: string;
}
