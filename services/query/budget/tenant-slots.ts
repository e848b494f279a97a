import { AppError } from '../../../lib/errors/app-error.js';
import type { Limit } from './call-budget.js';

export interface TenantSlotsOptions {
  /** Longest time that a call waits for its turn. Default 10 s. */
  readonly maxWaitMs?: number;
}

export interface SlotRequest {
  readonly tenantId: number;
  /** Most calls of the tenant that run at a time, as of now: the newest one counts for all that wait, too. */
  readonly limit: Limit;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const MAX_WAIT_MS = 10_000;
/** A page asks several questions at once, so some may wait; more than this many times the slots may not. */
const MAX_WAITING_PER_SLOT = 4;
const RETRY_AFTER_MS = 1_000;

interface Tenant {
  limit: Limit;
  running: number;
  readonly waiting: (() => void)[];
}

/** Shares a process among tenants: one that asks too much waits and is then refused, and the others do not notice. */
export class TenantSlots {
  readonly #maxWaitMs: number;
  readonly #tenants = new Map<number, Tenant>();

  constructor({ maxWaitMs = MAX_WAIT_MS }: TenantSlotsOptions = {}) {
    this.#maxWaitMs = maxWaitMs;
  }

  /** Runs a call in one of its tenant's slots. Refuses with `rate_limited` when there is no turn for it. */
  async run<T>({ tenantId, limit, signal }: SlotRequest, call: () => Promise<T>): Promise<T> {
    const tenant = this.#tenants.get(tenantId) ?? { limit, running: 0, waiting: [] };
    this.#tenants.set(tenantId, tenant);
    tenant.limit = limit;
    letIn(tenant);
    if (tenant.running < limit.value) tenant.running++;
    else await this.#turn(tenant, signal);
    try {
      return await call();
    } finally {
      tenant.running--;
      letIn(tenant);
      if (tenant.running === 0) this.#tenants.delete(tenantId);
    }
  }

  #turn(tenant: Tenant, signal: AbortSignal): Promise<void> {
    if (tenant.waiting.length >= tenant.limit.value * MAX_WAITING_PER_SLOT)
      return Promise.reject(refusal(tenant));
    return new Promise((resolve, reject) => {
      const leave = (error: AppError) => {
        tenant.waiting.splice(tenant.waiting.indexOf(enter), 1);
        release();
        reject(error);
      };
      const onAbort = () => leave(new AppError('cancelled', 'The call was cancelled.'));
      const timer = setTimeout(() => leave(refusal(tenant)), this.#maxWaitMs);
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
}

/** Those who wait longest first, for as long as there is room. */
function letIn(tenant: Tenant): void {
  while (tenant.running < tenant.limit.value) {
    const enter = tenant.waiting.shift();
    if (!enter) return;
    tenant.running++;
    enter();
  }
}

function refusal({ limit, running, waiting }: Tenant): AppError {
  return new AppError(
    'rate_limited',
    `This tenant has ${running} queries running and ${waiting.length} waiting; at most ${limit.value} run at a time (${limit.name}). Ask again when some have ended, and narrow the time range so that each ends sooner.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
