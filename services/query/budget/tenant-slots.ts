import { randomUUID } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { Limit } from './call-budget.js';

export interface TenantSlotsOptions {
  /** Where the calls of all replicas are counted. */
  readonly kv: Pick<Kv, 'takePlace' | 'leavePlace'>;
  /** Told of every count: whether it was that of all replicas, or only this one's because `kv` is away. */
  readonly onCount?: (isShared: boolean) => void;
  /** Longest time that a call waits for its turn. Default 10 s. */
  readonly maxWaitMs?: number;
  /** How long the call of a replica that has died counts. Default 15 s. */
  readonly ttlMs?: number;
}

export interface SlotRequest {
  readonly tenantId: number;
  /** Most calls of the tenant that run at a time in all replicas, as of now: the newest one counts for all that wait, too. */
  readonly limit: Limit;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const MAX_WAIT_MS = 10_000;
const TTL_MS = 15_000;
/** Renewals per life of a place: some may fail before it is lost. */
const RENEWALS = 3;
/** A page asks several questions at once, so some may wait; more than this many times the slots may not. */
const MAX_WAITING_PER_SLOT = 4;
/** How soon somebody who found all slots of the other replicas taken looks again. */
const LOOK_AGAIN_MS = 40;
const RETRY_AFTER_MS = 1_000;

interface Waiting {
  readonly guest: string;
  readonly enter: () => void;
}

interface Tenant {
  readonly id: number;
  limit: Limit;
  running: number;
  /** Running in other replicas, when somebody was last let in or had to wait for them. */
  runningElsewhere: number;
  readonly waiting: Waiting[];
  isLettingIn: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Shares the replicas of query among tenants: one that asks too much waits and is then refused, and the others do not notice.
 * Those who wait in one replica are let in by turns; those of several replicas meet by chance.
 */
export class TenantSlots {
  readonly #options: TenantSlotsOptions;
  readonly #tenants = new Map<number, Tenant>();

  constructor(options: TenantSlotsOptions) {
    this.#options = options;
  }

  /** Runs a call in one of its tenant's slots. Refuses with `rate_limited` when there is no turn for it. */
  async run<T>({ tenantId, limit, signal }: SlotRequest, call: () => Promise<T>): Promise<T> {
    const tenant = this.#tenantOf(tenantId, limit);
    const guest = randomUUID();
    await this.#turn(tenant, guest, signal);
    const renewal = setInterval(() => void this.#stay(tenant, guest), this.#ttlMs / RENEWALS);
    try {
      return await call();
    } finally {
      clearInterval(renewal);
      tenant.running--;
      this.#leave(tenant, guest);
      void this.#letIn(tenant);
    }
  }

  get #ttlMs(): number {
    return this.#options.ttlMs ?? TTL_MS;
  }

  #tenantOf(id: number, limit: Limit): Tenant {
    const state = { running: 0, runningElsewhere: 0, waiting: [], isLettingIn: false, timer: undefined };
    const tenant = this.#tenants.get(id) ?? { id, limit, ...state };
    this.#tenants.set(id, tenant);
    tenant.limit = limit;
    return tenant;
  }

  /** Resolves when the call may run; it counts as running then. */
  #turn(tenant: Tenant, guest: string, signal: AbortSignal): Promise<void> {
    const { running, waiting, limit } = tenant;
    if (running + waiting.length >= limit.value * (1 + MAX_WAITING_PER_SLOT))
      return Promise.reject(refusal(tenant));
    return new Promise((resolve, reject) => {
      const release = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const leave = (error: AppError) => {
        release();
        waiting.splice(waiting.indexOf(entry), 1);
        this.#forgetIdle(tenant);
        reject(error);
      };
      const enter = () => {
        release();
        resolve();
      };
      const entry = { guest, enter };
      const onAbort = () => leave(new AppError('cancelled', 'The call was cancelled.'));
      const timer = setTimeout(() => leave(refusal(tenant)), this.#options.maxWaitMs ?? MAX_WAIT_MS);
      signal.addEventListener('abort', onAbort);
      waiting.push(entry);
      void this.#letIn(tenant);
    });
  }

  /** Those who wait longest first, for as long as there is room. */
  async #letIn(tenant: Tenant): Promise<void> {
    if (tenant.isLettingIn) return;
    tenant.isLettingIn = true;
    clearTimeout(tenant.timer);
    for (let isRoom = true; isRoom && tenant.running < tenant.limit.value; ) {
      const [next] = tenant.waiting;
      if (!next) break;
      const guests = await this.#stay(tenant, next.guest, tenant.limit.value);
      isRoom = guests === undefined;
      tenant.runningElsewhere = Math.max(0, (guests ?? 0) - tenant.running);
      if (isRoom && tenant.waiting[0] === next) {
        tenant.waiting.shift();
        tenant.running++;
        next.enter();
      } else if (isRoom) this.#leave(tenant, next.guest);
      else tenant.timer = setTimeout(() => void this.#letIn(tenant), LOOK_AGAIN_MS * (0.5 + Math.random()));
    }
    tenant.isLettingIn = false;
    this.#forgetIdle(tenant);
  }

  /**
   * Undefined: there is a slot for the call. Else how many calls have all the slots. While nobody can count for all replicas, each lets
   * in as many as all together may.
   */
  async #stay(
    tenant: Tenant,
    guest: string,
    capacity = Number.MAX_SAFE_INTEGER,
  ): Promise<number | undefined> {
    const { kv, onCount } = this.#options;
    try {
      const stay = { room: roomOf(tenant), guest, ttlMs: this.#ttlMs };
      const { isIn, guests } = await kv.takePlace({ ...stay, capacity });
      onCount?.(true);
      return isIn ? undefined : guests;
    } catch {
      onCount?.(false);
      return undefined;
    }
  }

  /** What cannot be told is forgotten in a while. */
  #leave(tenant: Tenant, guest: string): void {
    this.#options.kv.leavePlace(roomOf(tenant), guest).catch(() => undefined);
  }

  #forgetIdle(tenant: Tenant): void {
    if (tenant.running > 0 || tenant.waiting.length > 0 || tenant.isLettingIn) return;
    clearTimeout(tenant.timer);
    this.#tenants.delete(tenant.id);
  }
}

const roomOf = ({ id }: Tenant): string => `query-slots:{${id}}`;

function refusal({ limit, running, runningElsewhere, waiting }: Tenant): AppError {
  const all = running + runningElsewhere;
  // Who finds a slot and has not been let in yet is as good as running.
  const starting = Math.min(waiting.length, Math.max(0, limit.value - all));
  return new AppError(
    'rate_limited',
    `This tenant has ${all + starting} queries running and ${waiting.length - starting} waiting; at most ${limit.value} run at a time (${limit.name}). Ask again when some have ended, and narrow the time range so that each ends sooner.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
