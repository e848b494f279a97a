import { serviceOf } from '../../../lib/store/cell-address.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import { retryDelayMs } from '../status/retry-delay.js';

export interface SpoolQuotas {
  readonly totalBytes: number;
  readonly tenantBytes: number;
}

/** Whose bytes, and where they are to go. */
export interface SpoolPlace {
  readonly tenantId: number;
  readonly database: string;
}

/**
 * Counts what waits on disk, in total, per ClickHouse service and per tenant. A tenant that has nothing there may always write one export: its size
 * has a limit of its own, and refusing it with "try again" would refuse it for ever.
 */
export class SpoolUsage {
  readonly #quotas: SpoolQuotas;
  readonly #byTenant = new Map<number, number>();
  /** Bytes by tenant and database. */
  readonly #byPlace = new Map<string, number>();
  readonly #byService = new Map<string, number>();
  readonly #serviceBytes: () => number;
  #totalBytes = 0;

  /** `serviceBytes` is what may wait for one ClickHouse service; default: the total. */
  constructor(quotas: SpoolQuotas, serviceBytes: () => number = () => quotas.totalBytes) {
    this.#quotas = quotas;
    this.#serviceBytes = serviceBytes;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** What waits of one tenant. */
  of(tenantId: number): number {
    return this.#byTenant.get(tenantId) ?? 0;
  }

  /** Throws `unavailable` with a retry delay when a quota is used up. */
  reserve(place: SpoolPlace, bytes: number): void {
    const { tenantId } = place;
    const used = this.of(tenantId);
    if (used > 0 && used + bytes > this.#quotas.tenantBytes)
      throw full(`Tenant ${tenantId}`, used, this.#quotas.tenantBytes);
    const ofService = this.#byService.get(serviceOf(place.database)) ?? 0;
    if (ofService > 0 && ofService + bytes > this.#serviceBytes())
      throw full(`The store of tenant ${tenantId}`, ofService, this.#serviceBytes());
    if (this.#totalBytes > 0 && this.#totalBytes + bytes > this.#quotas.totalBytes)
      throw full('The receiver', this.#totalBytes, this.#quotas.totalBytes);
    this.add(place, bytes);
  }

  /** Counts what is there already, whatever the quotas say. */
  add(place: SpoolPlace, bytes: number): void {
    addTo(this.#byTenant, place.tenantId, bytes);
    addTo(this.#byPlace, keyOf(place), bytes);
    addTo(this.#byService, serviceOf(place.database), bytes);
    this.#totalBytes += bytes;
  }

  release(place: SpoolPlace, bytes: number): void {
    addTo(this.#byTenant, place.tenantId, -bytes);
    addTo(this.#byPlace, keyOf(place), -bytes);
    addTo(this.#byService, serviceOf(place.database), -bytes);
    this.#totalBytes -= bytes;
  }

  /** Whether anything of the tenant waits for the database. */
  has(tenantId: number, database: string): boolean {
    return this.#byPlace.has(keyOf({ tenantId, database }));
  }
}

const keyOf = ({ tenantId, database }: SpoolPlace): string => `${tenantId} ${database}`;

function addTo<K>(sums: Map<K, number>, key: K, bytes: number): void {
  const sum = (sums.get(key) ?? 0) + bytes;
  if (sum > 0) sums.set(key, sum);
  else sums.delete(key);
}

function full(who: string, usedBytes: number, limitBytes: number): LimitExceeded {
  const message = `${who} has ${usedBytes} bytes waiting to be stored; the limit is ${limitBytes}. Send this again in a moment.`;
  return new LimitExceeded('unavailable', message, {
    limit: `${limitBytes} bytes`,
    measured: `${usedBytes} bytes`,
    retryAfterMs: retryDelayMs(),
  });
}
