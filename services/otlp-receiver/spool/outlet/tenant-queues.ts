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

  /**
   * One of each tenant after the other until the bytes are reached; at least one. With `turnBytes` as many small ones of a
   * tenant as make that much, so that who sends small items is not one of them behind each large one of another.
   */
  take(maxBytes: number, turnBytes = 0): T[] {
    const taken: T[] = [];
    let bytes = 0;
    for (const [tenantId, queue] of this.#queues) {
      const turn = takeTurn(queue, turnBytes);
      taken.push(...turn);
      for (const item of turn) bytes += item.bytes;
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

/** The first one, and those behind it that fit. */
function takeTurn<T extends Queued>(queue: T[], turnBytes: number): T[] {
  let bytes = queue[0]?.bytes ?? 0;
  let count = 1;
  for (let next = queue[count]; next && bytes + next.bytes <= turnBytes; next = queue[count]) {
    bytes += next.bytes;
    count += 1;
  }
  return queue.splice(0, count);
}
