import type { Store } from '../../lib/store/store.js';
import type { TenantSlots } from './budget/tenant-slots.js';
import type { QueryBudget } from './config.js';

/** Everything that the calls depend on. */
export interface QueryContext {
  readonly store: Store;
  readonly budget: QueryBudget;
  readonly slots: TenantSlots;
  /** Key of the page tokens' MAC. */
  readonly pageTokenKey: Uint8Array;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}
