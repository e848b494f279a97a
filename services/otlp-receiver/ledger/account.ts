import type { ReceivedSignal } from '../admission/admission.js';

/** Whose books an entry goes into. */
export interface Account {
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly signal: ReceivedSignal;
  /** Database of the tenant's cell, which has the books. */
  readonly database: string;
  /** Minute of the arrival, since 1970. Whatever becomes of a request is entered here, so that each minute balances. */
  readonly minute: number;
}

export interface Amount {
  /** Spans, points, records. */
  readonly items: number;
  /** Of the request after decompression. */
  readonly bytes: number;
}

/** What one service has of an amount. */
export interface Share extends Amount {
  /** `service.name` of the resource; empty when it has none or could not be read. */
  readonly service: string;
}

const MINUTE_MS = 60_000;

export const minuteOf = (unixMs: number): number => Math.floor(unixMs / MINUTE_MS);

export function totalOf(shares: readonly Share[]): Amount {
  let items = 0;
  let bytes = 0;
  for (const share of shares) {
    items += share.items;
    bytes += share.bytes;
  }
  return { items, bytes };
}

/** Adds up by service. `sign` -1 takes the second from the first. */
export function addShares(to: readonly Share[], more: readonly Share[], sign: 1 | -1 = 1): readonly Share[] {
  const byService = new Map(to.map((share) => [share.service, share]));
  for (const { service, items, bytes } of more) {
    const before = byService.get(service);
    byService.set(service, {
      service,
      items: (before?.items ?? 0) + sign * items,
      bytes: (before?.bytes ?? 0) + sign * bytes,
    });
  }
  return [...byService.values()];
}
