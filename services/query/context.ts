import type { Store } from '../../lib/store/store.js';
import type { QueryBudget } from './config.js';

/** Everything that the calls depend on. */
export interface QueryContext {
  readonly store: Store;
  readonly budget: QueryBudget;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}
