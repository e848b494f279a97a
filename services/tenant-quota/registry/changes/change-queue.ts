/** One that waits, and whom to tell. */
export interface Waiting<Q, R> {
  readonly question: Q;
  readonly signal: AbortSignal;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Longest batch: what it writes is one statement. */
const MAX_BATCH = 500;

/**
 * Has what comes at the same time done together: while one batch runs, the next one gathers. A caller who goes away before its
 * turn is left out.
 */
export class ChangeQueue<Q, R> {
  readonly #work: (batch: readonly Waiting<Q, R>[]) => Promise<void>;
  #waiting: Waiting<Q, R>[] = [];
  #running: Promise<void> | undefined;

  /** `work` settles everyone in the batch; what it throws settles those that it left. */
  constructor(work: (batch: readonly Waiting<Q, R>[]) => Promise<void>) {
    this.#work = work;
  }

  ask(question: Q, signal: AbortSignal): Promise<R> {
    const asked = new Promise<R>((resolve, reject) => {
      this.#waiting.push({ question, signal, resolve, reject });
    });
    this.#running ??= this.#run();
    return asked;
  }

  async #run(): Promise<void> {
    // Callers of the same turn of the event loop go together from the first batch on.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      const present = batch.filter(({ signal }) => !signal.aborted);
      for (const { signal, reject } of batch) if (signal.aborted) reject(signal.reason);
      if (present.length === 0) continue;
      await this.#work(present).catch((error) => {
        for (const { reject } of present) reject(error);
      });
    }
    this.#running = undefined;
  }
}
