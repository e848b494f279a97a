import type { AppError } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Account, Ledger } from './ledger.js';

/** What is known of a request until it is entered by its content. */
export interface Arrival {
  /** Undefined until the sender is admitted. */
  tenantId?: number | undefined;
  /** Undefined until the path is read. */
  signal?: Account['signal'] | undefined;
  /** As they came over the wire. */
  bytes: number;
  /** From here on the ledger has it by its content, whatever becomes of it. */
  isEntered: boolean;
  readonly userAgent: string | undefined;
}

/** A wrong credential is sent again and again; a line for each of them would tell no more. */
const LOG_INTERVAL_MS = 60_000;
const MAX_USER_AGENT = 200;

interface Logged {
  readonly atMs: number;
  readonly requests: number;
}

/**
 * Requests that were refused before their content was looked at: into the ledger each of them, into the log one line a minute
 * per signal and reason, which says how many there were.
 */
export class TurnedAway {
  readonly #ledger: Pick<Ledger, 'turnedAway'>;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #logged = new Map<string, Logged>();

  constructor(ledger: Pick<Ledger, 'turnedAway'>, logger: Pick<Logger, 'warn'>) {
    this.#ledger = ledger;
    this.#logger = logger;
  }

  /** Does nothing for a request that is entered already. */
  enter(arrival: Arrival, error: AppError, nowMs: number = performance.now()): void {
    if (arrival.isEntered) return;
    this.#ledger.turnedAway(arrival, error.code, arrival.bytes);
    const key = `${arrival.signal} ${error.code}`;
    const last = this.#logged.get(key);
    const requests = (last?.requests ?? 0) + 1;
    if (last && nowMs - last.atMs < LOG_INTERVAL_MS) {
      this.#logged.set(key, { ...last, requests });
      return;
    }
    this.#logged.set(key, { atMs: nowMs, requests: 0 });
    const { signal, tenantId, userAgent } = arrival;
    this.#logger.warn(
      { signal, tenantId, requests, reason: error.code, userAgent: userAgent?.slice(0, MAX_USER_AGENT) },
      `exports were turned away: ${error.message}`,
    );
  }
}
