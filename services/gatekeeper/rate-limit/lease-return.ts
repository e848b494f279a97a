import type { LeaseReturn } from '../../../gen/es/gob/gatekeeper/v1/lease_pb.js';
import type { LeaseSeals, Sealed, SealOwner } from './lease-seals.js';
import type { ReturnedLease } from './rate-limiter.js';

export interface SealedReturn {
  /** Undefined when nothing of it counts. */
  readonly returned: ReturnedLease | undefined;
  /** Of what the seals stood for, what the receiver may still hold. */
  readonly rest: Sealed;
}

interface Returning {
  readonly owner: SealOwner;
  readonly given: LeaseReturn | undefined;
  /** Length of the tenant's windows. Others belong to limits that have changed; what was taken from them is over. */
  readonly windowMs: number;
}

const NOTHING: Sealed = { bytes: 0, items: 0 };
/** More debt than anybody can have made. */
const MAX_DEBT = 2 ** 40;

/** What counts of what somebody gives back: no more than was leased, and once. Debts count as they are. */
export async function readReturn(
  seals: LeaseSeals,
  { owner, given, windowMs }: Returning,
): Promise<SealedReturn> {
  if (given?.window?.lengthMs !== windowMs) return { returned: undefined, rest: NOTHING };
  const [bytes, items] = [Number(given.bytes), Number(given.items)];
  const sealed = bytes > 0 || items > 0 ? await seals.redeem(owner, given.seals) : NOTHING;
  const counted = {
    bytes: Math.max(-MAX_DEBT, Math.min(bytes, sealed.bytes)),
    items: Math.max(-MAX_DEBT, Math.min(items, sealed.items)),
  };
  const rest = {
    bytes: sealed.bytes - Math.max(0, counted.bytes),
    items: sealed.items - Math.max(0, counted.items),
  };
  return { returned: { index: Number(given.window.index), ...counted }, rest };
}
