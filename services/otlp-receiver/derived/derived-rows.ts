import { LruSet } from '../../../lib/limits/lru-set.js';
import type { CardinalityLimits, ReceivedSignal } from '../admission/admission.js';
import type { NativeBlock } from '../native/block.js';
import type { Sightings } from '../transcode/sightings.js';
import { AttributePairs } from './attribute-pairs.js';
import { DeliveryRows } from './delivery-rows.js';
import type { LimitNote } from './limit-note.js';
import { RememberedGroups } from './remembered-groups.js';
import { SeriesCount } from './series-count.js';
import type { AskStored } from './stored-series.js';

/** Series per tenant whose row of the day is known to be stored; about 60 bytes each. */
const MAX_SERIES_PER_TENANT = 200_000;
const MAX_SERIES = 1_000_000;
/** Those over their cap apart, so that they cannot push out the others. */
const MAX_OVER_SERIES = 500_000;
/** The same for attributes with their values; each at most 768 bytes of text, usually less than 100. */
const MAX_PAIRS_PER_TENANT = 40_000;
const MAX_PAIRS = 300_000;
/** Of what is known about how many series tenants have, in units of about 64 bytes. */
const MAX_COUNTS = 1_000_000;

export interface Memory {
  readonly series: RememberedGroups<LruSet<bigint>>;
  readonly overSeries: RememberedGroups<LruSet<bigint>>;
  /** By day. */
  readonly counts: RememberedGroups<SeriesCount>;
  readonly pairs: RememberedGroups<AttributePairs>;
}

/** Whose rows a delivery has. */
export interface DeliveryOwner {
  /** Database of the tenant's cell: a tenant that has moved begins anew. */
  readonly database: string;
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly signal: ReceivedSignal;
  /** Without them nothing is capped but the catalogue, by its built-in limits. */
  readonly cardinality?: CardinalityLimits | undefined;
  /** Of the export, which its rows are in a proportion to. */
  readonly requestBytes?: number;
}

export interface Owner extends DeliveryOwner {
  /** Of the tenant, in the memory. */
  readonly key: string;
}

/** The rows that one export must write beside its items'. */
export interface OpenDelivery extends Sightings {
  /** To be delivered together with the items' blocks; to be called once, after the last sighting. */
  blocks(): NativeBlock[];
  /** To be called when they are durable, and only then: from now on these rows are not written again. */
  stored(): void;
  /** What is stored with less than was sent, because of a cap. */
  limited(): readonly LimitNote[];
}

/** Nobody to ask: only what this process lets in counts. */
const ASK_NOBODY: AskStored = async () => undefined;

/**
 * Rows that are written once per UTC day and not per item: the labels of series, and names and values of attributes for completion.
 * Remembers which of them are stored. That is bounded, and every process remembers for itself, so a row may be written more than
 * once, which merging its table undoes.
 */
export class DerivedRows {
  readonly #askStored: AskStored;
  readonly #memory: Memory = {
    series: new RememberedGroups({
      newGroup: () => new LruSet<bigint>(MAX_SERIES_PER_TENANT),
      maxPerTenant: MAX_SERIES_PER_TENANT,
      maxTotal: MAX_SERIES,
    }),
    overSeries: new RememberedGroups({
      newGroup: () => new LruSet<bigint>(MAX_SERIES_PER_TENANT),
      maxPerTenant: MAX_SERIES_PER_TENANT,
      maxTotal: MAX_OVER_SERIES,
    }),
    counts: new RememberedGroups({
      newGroup: () => new SeriesCount(),
      maxPerTenant: MAX_COUNTS,
      maxTotal: MAX_COUNTS,
    }),
    pairs: new RememberedGroups({
      newGroup: () => new AttributePairs(),
      maxPerTenant: MAX_PAIRS_PER_TENANT,
      maxTotal: MAX_PAIRS,
    }),
  };

  constructor(askStored: AskStored = ASK_NOBODY) {
    this.#askStored = askStored;
  }

  /** Forgets a tenant: its rows of the day are written once more when it sends again. */
  forget(tenantId: number): void {
    const isMeant = (tenantKey: string) => tenantKey.endsWith(` ${tenantId}`);
    for (const groups of Object.values(this.#memory)) groups.forget(isMeant);
  }

  open(owner: DeliveryOwner): OpenDelivery {
    const key = `${owner.database} ${owner.tenantId}`;
    return new DeliveryRows({ ...owner, key }, this.#memory, this.#askStored);
  }
}
