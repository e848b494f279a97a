import type { AppError } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Account } from './account.js';
import type { Ledger } from './ledger.js';
import { LimitExceeded } from './limit-exceeded.js';
import type { RejectLog } from './reject-log.js';

/** What is known of a request until it is entered by its content. */
export interface Arrival {
  /** Undefined until it is known who sends. */
  sender?: Pick<Account, 'tenantId' | 'projectId' | 'database'> | undefined;
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

export interface TurnedAwayOptions {
  readonly ledger: Pick<Ledger, 'turnedAway'>;
  readonly rejects: Pick<RejectLog, 'record'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Has the books of those who belong to no tenant. */
  readonly operatorsDatabase: string;
}

/**
 * Requests that were refused before their content was looked at: into the ledger and the rejects each of them, into the log one
 * line a minute per signal and reason, which says how many there were.
 */
export class TurnedAway {
  readonly #options: TurnedAwayOptions;
  readonly #logged = new Map<string, Logged>();

  constructor(options: TurnedAwayOptions) {
    this.#options = options;
  }

  /** Does nothing for a request that is entered already. */
  enter(arrival: Arrival, error: AppError, nowMs: number = performance.now()): void {
    if (arrival.isEntered) return;
    this.#enterBooks(arrival, error);
    this.#log(arrival, error, nowMs);
  }

  #enterBooks({ sender, signal, bytes, userAgent }: Arrival, error: AppError): void {
    const { ledger, rejects, operatorsDatabase } = this.#options;
    ledger.turnedAway({ ...sender, ...(signal && { signal }) }, error.code, bytes);
    const { tenantId = 0, projectId = 0n, database = operatorsDatabase } = sender ?? {};
    rejects.record({
      ...{ tenantId, projectId, database, signal: signal ?? 'unknown' },
      ...{ reason: error.code, detail: error.message, userAgent, items: 0, bytes },
      ...(error instanceof LimitExceeded && error.excess),
    });
  }

  #log({ sender, signal, userAgent }: Arrival, error: AppError, nowMs: number): void {
    const key = `${signal} ${error.code}`;
    const last = this.#logged.get(key);
    const requests = (last?.requests ?? 0) + 1;
    if (last && nowMs - last.atMs < LOG_INTERVAL_MS) {
      this.#logged.set(key, { ...last, requests });
      return;
    }
    this.#logged.set(key, { atMs: nowMs, requests: 0 });
    const { tenantId } = sender ?? {};
    this.#options.logger.warn(
      { signal, tenantId, requests, reason: error.code, userAgent: userAgent?.slice(0, MAX_USER_AGENT) },
      `exports were turned away: ${error.message}`,
    );
  }
}
