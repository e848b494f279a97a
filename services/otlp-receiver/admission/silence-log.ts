import type { AppError } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';

const INTERVAL_MS = 10_000;

/** Each export asks; a line for each would bury the log for as long as the gatekeeper is away. */
export class SilenceLog {
  readonly #logger: Logger;
  #loggedMs = Number.NEGATIVE_INFINITY;
  /** Since the last line. */
  #questions = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note({ message: reason, code }: AppError): void {
    this.#questions += 1;
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < INTERVAL_MS) return;
    this.#loggedMs = nowMs;
    this.#logger.warn({ reason, code, questions: this.#questions }, 'the gatekeeper gave no answer');
    this.#questions = 0;
  }
}
