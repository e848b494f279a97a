import { LimitExceeded } from '../ledger/limit-exceeded.js';
import { retryDelayMs } from '../status/retry-delay.js';

export interface SpoolQuotas {
  readonly totalBytes: number;
  readonly tenantBytes: number;
}

/**
 * Counts what waits on disk, in total and per tenant. A tenant that has nothing there may always write one export: its size
 * has a limit of its own, and refusing it with "try again" would refuse it for ever.
 */
export class SpoolUsage {
  readonly #quotas: SpoolQuotas;
  readonly #byTenant = new Map<number, number>();
  #totalBytes = 0;

  constructor(quotas: SpoolQuotas) {
    this.#quotas = quotas;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** What waits of one tenant. */
  of(tenantId: number): number {
    return this.#byTenant.get(tenantId) ?? 0;
  }

  /** Throws `unavailable` with a retry delay when a quota is used up. */
  reserve(tenantId: number, bytes: number): void {
    const used = this.of(tenantId);
    if (used > 0 && used + bytes > this.#quotas.tenantBytes)
      throw full(`Tenant ${tenantId}`, used, this.#quotas.tenantBytes);
    if (this.#totalBytes > 0 && this.#totalBytes + bytes > this.#quotas.totalBytes)
      throw full('The receiver', this.#totalBytes, this.#quotas.totalBytes);
    this.add(tenantId, bytes);
  }

  /** Counts what is there already, whatever the quotas say. */
  add(tenantId: number, bytes: number): void {
    this.#byTenant.set(tenantId, this.of(tenantId) + bytes);
    this.#totalBytes += bytes;
  }

  release(tenantId: number, bytes: number): void {
    const rest = this.of(tenantId) - bytes;
    if (rest > 0) this.#byTenant.set(tenantId, rest);
    else this.#byTenant.delete(tenantId);
    this.#totalBytes -= bytes;
  }
}

function full(who: string, usedBytes: number, limitBytes: number): LimitExceeded {
  const message = `${who} has ${usedBytes} bytes waiting to be stored; the limit is ${limitBytes}. Send this again in a moment.`;
  return new LimitExceeded('unavailable', message, {
    limit: `${limitBytes} bytes`,
    measured: `${usedBytes} bytes`,
    retryAfterMs: retryDelayMs(),
  });
}
