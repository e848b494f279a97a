import { TenantQueues } from '../spool/outlet/tenant-queues.js';

interface Waiting {
  readonly tenantId: number;
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * What is being inflated is in nobody's budget before its size is known, so only this many are at a time: it bounds the memory,
 * and leaves half of the threads that Node has for everything to the disk.
 */
const AT_A_TIME = 2;

/** Lets tenants inflate in turn: whoever sends many bombs waits for its own, not the others for it. */
export class InflateTurns {
  readonly #waiting = new TenantQueues<Waiting>();
  #running = 0;

  async run<T>(tenantId: number, work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_A_TIME)
      await new Promise<void>((begin) => this.#waiting.push({ tenantId, bytes: 1, begin }));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting.take(1);
      // Whoever comes next takes over the place of this one.
      if (next) next.begin();
      else this.#running -= 1;
    }
  }
}
