import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { RoomClaim, RoomGrant, RoomPlace } from '../derived/room.js';
import type { AdmissionLink } from './admission-link.js';
import { SIGNALS } from './admit-messages.js';
import type { LeasePool } from './lease-pool.js';

/** A gatekeeper that is away is complained about once in so long. */
const WARN_INTERVAL_MS = 30_000;

/** Asks the gatekeeper for room under caps. */
export class RoomQuestions {
  readonly #link: Pick<AdmissionLink, 'takeRoom'>;
  readonly #pool: LeasePool;
  readonly #logger: Logger;
  readonly #holder = randomUUID();
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(link: Pick<AdmissionLink, 'takeRoom'>, pool: LeasePool, logger: Logger) {
    this.#link = link;
    this.#pool = pool;
    this.#logger = logger;
  }

  async ask(
    { tenantId, signal, day, attribute }: RoomPlace,
    claim: RoomClaim,
  ): Promise<RoomGrant | undefined> {
    const seal = this.#pool.purse({ tenantId, signal }, performance.now()).lastSeal;
    const { isCounted, held, stored, need, want } = claim;
    const from = { tenantId, signal: SIGNALS[signal], holder: this.#holder, ...(seal && { seal }) };
    const sent = {
      ...{ day, isCounted, ...(attribute && { attribute }) },
      ...{ held: BigInt(held), stored: BigInt(stored), need: BigInt(need), want: BigInt(want) },
    };
    try {
      const { grants } = await this.#link.takeRoom({ ...from, claims: [sent] });
      const grant = grants[0];
      return grant && { granted: Number(grant.granted), others: Number(grant.others) };
    } catch (error) {
      this.#warn(tenantId, error);
      return undefined;
    }
  }

  #warn(tenantId: number, error: unknown): void {
    if (performance.now() - this.#warnedAtMs < WARN_INTERVAL_MS) return;
    this.#warnedAtMs = performance.now();
    this.#logger.warn(
      { tenantId, reason: messageOf(error) },
      'the gatekeeper grants no room under caps at the moment: new series get labels only for a part of what is left',
    );
  }
}
