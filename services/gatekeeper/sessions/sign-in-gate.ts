import { AppError } from '../../../lib/errors/app-error.js';

export interface SignInGateLimits {
  /** Sign-ins that are checked at once. */
  readonly running: number;
  /** Sign-ins that may wait for their turn. */
  readonly waiting: number;
}

/**
 * Checking a password costs some 50 ms of a processor and a thread of libuv's pool (four by default), which files and
 * compression of the whole process need too. Anybody may ask for it, under any user name, so only a few are checked at once.
 */
const DEFAULT_LIMITS: SignInGateLimits = { running: 1, waiting: 10 };
const RETRY_AFTER_MS = 2_000;

/** Lets a bounded number of sign-ins be checked, in order of arrival. */
export class SignInGate {
  readonly #limits: SignInGateLimits;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: SignInGateLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** Runs `check` at its turn; refuses with `rate_limited` when too many wait already. */
  async run<T>(check: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await check();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#running < this.#limits.running) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#queue.length >= this.#limits.waiting)
      throw new AppError('rate_limited', 'Too many sign-ins at once. Try again in a few seconds.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** The turn is handed over, so the count stays as it is while somebody waits. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
