import { createHash } from 'node:crypto';
import type { Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { RoomClaim } from '../../../gen/es/gob/gatekeeper/v1/room_pb.js';
import type { TenantLimits } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import type { RoomAnswer, RoomRequest } from '../../../lib/kv/room.js';
import type { Counter } from '../../../lib/telemetry/metrics.js';

export interface RoomsOptions {
  readonly shared: Pick<Kv, 'takeRoom'>;
  /** Gatekeepers in all. */
  readonly replicas: number;
  /** Labelled by outcome. */
  readonly claims: Counter<'outcome'>;
}

export interface RoomOwner {
  readonly tenantId: number;
  readonly signal: Signal;
  readonly limits: TenantLimits;
  readonly holder: string;
}

/** What receivers were granted is not used for longer than half of this. */
const STALE_MS = 60_000;
const TTL_MS = 26 * 3_600_000;

/** Room under the caps of tenants, which all replicas book in the shared store. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #local = new MemoryKv();

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  async take(owner: RoomOwner, claim: RoomClaim): Promise<RoomAnswer> {
    const { claims } = this.#options;
    const request = requestOf(owner, claim);
    const answer = await this.#take(request);
    claims.inc({ outcome: answer.granted < request.need ? 'short' : 'granted' });
    return answer;
  }

  close(): Promise<void> {
    return this.#local.close();
  }

  /**
   * While the shared store is away each replica gives out its share of the room that it knows of. Receivers say each time what
   * they hold in all, so the shared books are right again with the next question after the store is back.
   */
  async #take(request: RoomRequest): Promise<RoomAnswer> {
    const { shared, replicas, claims } = this.#options;
    try {
      return await shared.takeRoom(request);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      claims.inc({ outcome: 'local' });
      const { cap, stored } = request;
      const share = Math.floor(Math.max(0, cap - stored) / Math.max(1, replicas));
      return this.#local.takeRoom({ ...request, cap: stored + share });
    }
  }
}

function requestOf({ tenantId, signal, limits, holder }: RoomOwner, claim: RoomClaim): RoomRequest {
  const { day, attribute, held, stored, isCounted, need, want } = claim;
  const name = attribute
    ? `${signal}:${attribute.projectId}:${digest(`${attribute.source} ${attribute.key}`)}`
    : 'series';
  return {
    // One slot of a cluster for each tenant.
    key: `room:{${tenantId}}:${day}:${name}`,
    holder,
    cap: capOf(limits, attribute),
    ...{ held: Number(held), stored: Number(stored), need: Number(need), want: Number(want), isCounted },
    ...{ staleMs: STALE_MS, ttlMs: TTL_MS },
  };
}

function capOf(limits: TenantLimits, attribute: RoomClaim['attribute']): number {
  if (!attribute) return Number(limits.maxMetricSeries);
  return Number(attribute.key === '' ? limits.maxAttributeKeys : limits.maxAttributeValuesPerKey);
}

/** Names of attributes are as long as their senders like. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
