/** Half of what one connection to the gatekeeper carries: the other half is for the leases of those who are known. */
const AT_A_TIME = 128;
const MAX_WAITING = 256;

/**
 * Questions about senders that were never admitted. Anybody can cause them, and answers about made-up tokens may take
 * long (GitLab is asked), so they must not stand in the way of questions about others.
 */
export class UnknownSenders {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  async run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_A_TIME) await new Promise<void>((begin) => this.#waiting.push(begin));
    else this.#running += 1;
    try {
      return await ask();
    } finally {
      const next = this.#waiting.shift();
      // Whoever comes next takes over the place of this one.
      if (next) next();
      else this.#running -= 1;
    }
  }
}
