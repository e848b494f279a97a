import type { NewReject, RejectBook } from './books/reject-book.js';

/** The same refusal as often as it happened; the texts are those of the last time. */
export interface Reject extends NewReject {
  readonly requests: number;
  readonly firstUnixMs: number;
  readonly lastUnixMs: number;
}

const MAX_TENANTS = 1_000;
const MAX_PER_TENANT = 50;
const MAX_TEXT = 300;

/**
 * The last rejects of each tenant, in memory. Equal ones (signal, reason, service, SDK) are one entry, so that a noisy
 * sender does not push out what the others did. Of too many, what was last seen longest ago goes first.
 */
export class RejectLog {
  readonly #tenants = new Map<number, Map<string, Reject>>();
  readonly #book: { refused: RejectBook['record'] } | undefined;

  /** Everything that is recorded is entered into the book as well. */
  constructor(book?: { refused: RejectBook['record'] }) {
    this.#book = book;
  }

  record(reject: NewReject, nowUnixMs: number = Date.now()): void {
    this.#book?.refused(reject, nowUnixMs);
    // Nobody would ask for what belongs to no tenant.
    if (reject.tenantId === 0) return;
    const rejects = this.#tenants.get(reject.tenantId) ?? new Map<string, Reject>();
    const short = shortened(reject);
    const key = JSON.stringify([short.signal, short.reason, short.serviceName, short.userAgent]);
    const before = rejects.get(key);
    putLast(rejects, key, {
      ...short,
      items: (before?.items ?? 0) + reject.items,
      bytes: (before?.bytes ?? 0) + reject.bytes,
      requests: (before?.requests ?? 0) + 1,
      firstUnixMs: before?.firstUnixMs ?? nowUnixMs,
      lastUnixMs: nowUnixMs,
    });
    dropOldest(rejects, MAX_PER_TENANT);
    putLast(this.#tenants, reject.tenantId, rejects);
    dropOldest(this.#tenants, MAX_TENANTS);
  }

  /** Latest first. */
  last(tenantId: number): readonly Reject[] {
    return [...(this.#tenants.get(tenantId)?.values() ?? [])].reverse();
  }
}

function putLast<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
}

function dropOldest<K>(map: Map<K, unknown>, maxSize: number): void {
  for (const key of map.keys()) {
    if (map.size <= maxSize) return;
    map.delete(key);
  }
}

function shortened(reject: NewReject): NewReject {
  const short = <T extends string | undefined>(text: T) => text?.slice(0, MAX_TEXT) as T;
  return {
    ...reject,
    detail: short(reject.detail),
    serviceName: short(reject.serviceName),
    userAgent: short(reject.userAgent),
  };
}
