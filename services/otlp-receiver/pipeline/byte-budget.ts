import { AppError } from '../../../lib/errors/app-error.js';
import { retryDelayMs } from '../status/retry-delay.js';

export interface ByteBudgetOptions {
  readonly totalBytes: number;
  readonly tenantBytes: number;
}

/** What one request holds of the budget. */
export interface ByteLease {
  readonly heldBytes: number;
  /** It holds as much as may be held of somebody unknown: nothing more should be read before `assign`. */
  readonly needsOwner: boolean;
  /** From now on the bytes count for the tenant as well; further calls change nothing. Throws like `grow`. */
  assign(tenantId: number): void;
  /** Throws AppError `unavailable` with a retry delay when the budget is used up by others. */
  grow(bytes: number): void;
  /** Gives everything back; may be called twice. */
  release(): void;
}

/** Of one request whose sender is not known: most exports are smaller, and are read before anybody is asked. */
const UNKNOWN_REQUEST_BYTES = 64 * 2 ** 10;
/** Part of the total that requests of unknown senders may hold together. */
const UNKNOWN_SHARE = 0.25;

/**
 * Bounds the bytes that are held in memory, in total and per tenant. A request that is alone always passes: its size has a
 * limit of its own, and refusing it with "try again" would refuse it for ever.
 */
export class ByteBudget {
  readonly #options: ByteBudgetOptions;
  readonly #byTenant = new Map<number, number>();
  #total = 0;
  #unknown = 0;

  constructor(options: ByteBudgetOptions) {
    this.#options = options;
  }

  get usedBytes(): number {
    return this.#total;
  }

  /** What the requests of one tenant hold. */
  heldBytes(tenantId: number): number {
    return this.#byTenant.get(tenantId) ?? 0;
  }

  lease(): ByteLease {
    let held = 0;
    let tenant: number | undefined;
    const isOverUnknownShare = () => this.#unknown > this.#options.totalBytes * UNKNOWN_SHARE;
    return {
      get heldBytes() {
        return held;
      },
      get needsOwner() {
        return tenant === undefined && (held > UNKNOWN_REQUEST_BYTES || isOverUnknownShare());
      },
      assign: (tenantId) => {
        if (tenant !== undefined) return;
        this.#takeForTenant(tenantId, held, 0);
        this.#unknown -= held;
        tenant = tenantId;
      },
      grow: (bytes) => {
        this.#take(bytes, held);
        if (tenant === undefined) this.#unknown += bytes;
        else this.#takeForTenantOrUndo(tenant, bytes, held);
        held += bytes;
      },
      release: () => {
        this.#total -= held;
        if (tenant === undefined) this.#unknown -= held;
        else this.#giveBack(tenant, held);
        held = 0;
      },
    };
  }

  #take(bytes: number, own: number): void {
    const isAlone = this.#total === own;
    if (!isAlone && this.#total + bytes > this.#options.totalBytes)
      throw overBudget('The receiver', this.#options.totalBytes);
    this.#total += bytes;
  }

  #takeForTenant(tenantId: number, bytes: number, own: number): void {
    const used = this.#byTenant.get(tenantId) ?? 0;
    if (used !== own && used + bytes > this.#options.tenantBytes)
      throw overBudget(`Tenant ${tenantId}`, this.#options.tenantBytes);
    this.#byTenant.set(tenantId, used + bytes);
  }

  #takeForTenantOrUndo(tenantId: number, bytes: number, own: number): void {
    try {
      this.#takeForTenant(tenantId, bytes, own);
    } catch (error) {
      this.#total -= bytes;
      throw error;
    }
  }

  #giveBack(tenantId: number, bytes: number): void {
    const rest = (this.#byTenant.get(tenantId) ?? 0) - bytes;
    if (rest > 0) this.#byTenant.set(tenantId, rest);
    else this.#byTenant.delete(tenantId);
  }
}

function overBudget(who: string, limitBytes: number): AppError {
  return new AppError(
    'unavailable',
    `${who} has as much data in flight as fits (${limitBytes} bytes); send this again in a moment.`,
    { retryAfterMs: retryDelayMs() },
  );
}
