import { AppError } from '../../../lib/errors/app-error.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import type { ReceivedSignal } from './admission.js';
import type { StandingRefusal } from './purse.js';

/** Those who were sent away together should not come back together. */
const JITTER = 0.25;

/** A refusal of somebody who is known from before. */
export class KnownSenderRefused extends AppError {
  readonly sender: Pick<RefusedSender, 'tenantId' | 'projectId' | 'database'>;

  constructor(sender: KnownSenderRefused['sender'], refusal: AppError) {
    super(refusal.code, refusal.message, { cause: refusal });
    this.sender = sender;
  }
}

export interface RefusedSender {
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly signal: ReceivedSignal;
  /** Database of the tenant's cell. */
  readonly database: string;
}

/** A known sender was refused for its rate, before anything of the request was read. */
export class RateLimited extends LimitExceeded {
  readonly sender: RefusedSender;

  constructor(sender: RefusedSender, { refusal, waitMs }: StandingRefusal) {
    const { message, limit, measured, retryAfterMs } = refusal;
    const fits = retryAfterMs > 0;
    super(fits ? 'rate_limited' : 'payload_too_large', message, {
      limit,
      measured,
      ...(fits && { retryAfterMs: Math.ceil(waitMs * (1 + Math.random() * JITTER)) }),
    });
    this.sender = sender;
  }
}
