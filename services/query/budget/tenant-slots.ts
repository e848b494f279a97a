import { AppError } from '../../../lib/errors/app-error.js';

export interface TenantSlotsOptions {
  /** Most calls of one tenant that run at a time. */
  readonly perTenant: number;
  /** Longest time that a call waits for its turn. */
  readonly maxWaitMs: number;
}

/** A page asks several questions at once, so some may wait; more than this many times the slots may not. */
const MAX_WAITING_PER_SLOT = 4;
const RETRY_AFTER_MS = 1_000;

interface Tenant {
  running: number;
  readonly waiting: (() => void)[];
}

/** Shares a process among tenants: one that asks too much waits and is then refused, and the others do not notice. */
export class TenantSlots {
  readonly #options: TenantSlotsOptions;
  readonly #tenants = new Map<number, Tenant>();

  constructor(options: TenantSlotsOptions) {
    this.#options = options;
  }

  /** Runs a call in one of its tenant's slots. Refuses with `rate_limited` when there is no turn for it. */
  async run<T>(tenantId: number, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const tenant = this.#tenants.get(tenantId) ?? { running: 0, waiting: [] };
    this.#tenants.set(tenantId, tenant);
    if (tenant.running < this.#options.perTenant) tenant.running++;
    else await this.#turn(tenant, signal);
    try {
      return await call();
    } finally {
      this.#release(tenantId, tenant);
    }
  }

  /** A slot is handed from call to call, so `running` does not change. */
  #release(tenantId: number, tenant: Tenant): void {
    const next = tenant.waiting.shift();
    if (next) next();
    else if (--tenant.running === 0) this.#tenants.delete(tenantId);
  }

  #turn(tenant: Tenant, signal: AbortSignal): Promise<void> {
    const { perTenant, maxWaitMs } = this.#options;
    if (tenant.waiting.length >= perTenant * MAX_WAITING_PER_SLOT) return Promise.reject(this.#refusal());
    return new Promise((resolve, reject) => {
      const leave = (error: AppError) => {
        tenant.waiting.splice(tenant.waiting.indexOf(enter), 1);
        release();
        reject(error);
      };
      const onAbort = () => leave(new AppError('cancelled', 'The call was cancelled.'));
      const timer = setTimeout(() => leave(this.#refusal()), maxWaitMs);
      const release = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const enter = () => {
        release();
        resolve();
      };
      signal.addEventListener('abort', onAbort);
      tenant.waiting.push(enter);
    });
  }

  #refusal(): AppError {
    const { perTenant } = this.#options;
    return new AppError(
      'rate_limited',
      `This tenant has ${perTenant} queries running, which is the most at a time (QUERY_MAX_CONCURRENT_CALLS), and others are waiting. Ask again when one has ended, and narrow the time range so that each ends sooner.`,
      { retryAfterMs: RETRY_AFTER_MS },
    );
  }
}
