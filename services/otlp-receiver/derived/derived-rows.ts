import type { ReceivedSignal } from '../admission/admission.js';
import type { NativeBlock } from '../native/block.js';
import type { Sightings } from '../transcode/sightings.js';
import { AttributePairs } from './attribute-pairs.js';
import { DeliveryRows } from './delivery-rows.js';
import { LruSet } from './lru-set.js';
import { RememberedGroups } from './remembered-groups.js';

/** Series per tenant whose row of the day is known to be stored; about 60 bytes each. */
const MAX_SERIES_PER_TENANT = 200_000;
const MAX_SERIES = 1_000_000;
/** The same for attributes with their values; each at most 768 bytes of text, usually less than 100. */
const MAX_PAIRS_PER_TENANT = 20_000;
const MAX_PAIRS = 200_000;

export interface Memory {
  readonly series: RememberedGroups<LruSet<bigint>>;
  readonly pairs: RememberedGroups<AttributePairs>;
}

/** Whose rows they are. */
export interface Owner {
  /** Database of the tenant's cell: a tenant that has moved begins anew. */
  readonly database: string;
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly signal: ReceivedSignal;
}

/** The rows that one export must write beside its items'. */
export interface OpenDelivery extends Sightings {
  /** To be delivered together with the items' blocks; to be called once, after the last sighting. */
  blocks(): NativeBlock[];
  /** To be called when they are durable, and only then: from now on these rows are not written again. */
  stored(): void;
}

/**
 * Rows that are written once per UTC day and not per item: the labels of series, and names and values of attributes for completion.
 * Remembers which of them are stored. That is bounded, and every process remembers for itself, so a row may be written more than
 * once, which merging its table undoes.
 */
export class DerivedRows {
  readonly #memory: Memory = {
    series: new RememberedGroups({
      newGroup: () => new LruSet<bigint>(MAX_SERIES_PER_TENANT),
      maxPerTenant: MAX_SERIES_PER_TENANT,
      maxTotal: MAX_SERIES,
    }),
    pairs: new RememberedGroups({
      newGroup: () => new AttributePairs(),
      maxPerTenant: MAX_PAIRS_PER_TENANT,
      maxTotal: MAX_PAIRS,
    }),
  };

  /** Forgets a tenant: its rows of the day are written once more when it sends again. */
  forget(tenantId: number): void {
    const isMeant = (tenantKey: string) => tenantKey.endsWith(` ${tenantId}`);
    for (const groups of Object.values(this.#memory)) groups.forget(isMeant);
  }

  open(owner: Owner): OpenDelivery {
    return new DeliveryRows(owner, this.#memory);
  }
}
