import type { AppError } from '../errors/app-error.js';

export interface TurnGateOptions {
  /** How many run at once. */
  readonly running: number;
  /** How many may wait for their turn. */
  readonly waiting: number;
  /** What those are told that there is no room for. */
  readonly refusal: () => AppError;
}

/** Lets a bounded number of tasks run at once and a bounded number wait, in order of arrival. */
export class TurnGate {
  readonly #options: TurnGateOptions;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: TurnGateOptions) {
    this.#options = options;
  }

  /** Runs `task` at its turn; throws the refusal when too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#running < this.#options.running) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#queue.length >= this.#options.waiting) throw this.#options.refusal();
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** The turn is handed over, so the count stays as it is while somebody waits. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
