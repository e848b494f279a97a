/** Something that waits for its turn. */
export interface Queued {
  readonly tenantId: number;
  readonly bytes: number;
}

/** A queue per tenant, served in turn: whoever has much to write waits for its own, not the others for it. */
export class TenantQueues<T extends Queued> {
  /** In the order of their turns. */
  readonly #queues = new Map<number, T[]>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  push(item: T): void {
    const queue = this.#queues.get(item.tenantId);
    if (queue) queue.push(item);
    else this.#queues.set(item.tenantId, [item]);
  }

  /** One of each tenant after the other until the bytes are reached; at least one. */
  take(maxBytes: number): T[] {
    const taken: T[] = [];
    let bytes = 0;
    for (const [tenantId, queue] of this.#queues) {
      const item = queue.shift();
      if (item === undefined) continue;
      taken.push(item);
      bytes += item.bytes;
      // Deleted and set again, a key moves to the end, where the running iteration comes by once more.
      this.#queues.delete(tenantId);
      if (queue.length > 0) this.#queues.set(tenantId, queue);
      if (bytes >= maxBytes) break;
    }
    return taken;
  }

  /** Takes out what the check picks. */
  remove(check: (item: T) => boolean): T[] {
    const removed: T[] = [];
    for (const [tenantId, queue] of [...this.#queues]) {
      const kept = queue.filter((item) => !check(item));
      removed.push(...queue.filter(check));
      if (kept.length > 0) this.#queues.set(tenantId, kept);
      else this.#queues.delete(tenantId);
    }
    return removed;
  }
}
