import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { networkOf } from '../audit/known-addresses.js';
import { sha256Hex } from '../keys/digest.js';

/** Who tries to sign in. */
export interface Attempt {
  /** Absent for what names no user. */
  readonly username?: string | undefined;
  /** Of the browser; empty where it is not known. */
  readonly clientAddress: string;
}

interface Bound {
  readonly key: string;
  readonly max: number;
  /** Whose attempts are counted together, in a sentence. */
  readonly whose: string;
}

const WINDOW_MS = 60_000;
/** Of one user from one address. Somebody else's wrong guesses elsewhere do not lock a user out. */
const MAX_OF_USER_AND_ADDRESS = 10;
/** Of one user from everywhere: who guesses from many addresses. */
const MAX_OF_USER = 100;
/** Of one address under any name; behind a proxy that is not trusted, of everybody. */
const MAX_OF_ADDRESS = 60;

/** Counts attempts to sign in by user and by address, over all replicas. */
export class SignInAttempts {
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** To be called before anything is checked, so that many tries at once are no way around the limit. Throws `rate_limited`. */
  async count(attempt: Attempt): Promise<void> {
    for (const { key, max, whose } of boundsOf(attempt)) {
      if ((await this.#kv.increment(key, WINDOW_MS)) <= max) continue;
      const message = `More than ${max} sign-in attempts ${whose} within a minute. Wait a minute and try again.`;
      throw new AppError('rate_limited', message, { retryAfterMs: WINDOW_MS });
    }
  }

  /** After the right password: who mistyped some times begins anew. */
  async forgive({ username, clientAddress }: Attempt): Promise<void> {
    if (username !== undefined) await this.#kv.delete(pairKey(username, networkOf(clientAddress)));
  }
}

function boundsOf({ username, clientAddress }: Attempt): Bound[] {
  const network = networkOf(clientAddress);
  const ofAddress = network === '' ? [] : [bound(`address:${network}`, MAX_OF_ADDRESS, 'from this address')];
  if (username === undefined) return ofAddress;
  return [
    { key: pairKey(username, network), max: MAX_OF_USER_AND_ADDRESS, whose: 'for this user' },
    ...ofAddress,
    bound(`user:${username}`, MAX_OF_USER, 'for this user'),
  ];
}

const bound = (what: string, max: number, whose: string): Bound => ({ key: keyOf(what), max, whose });
const pairKey = (username: string, network: string): string => keyOf(`pair:${network} ${username}`);
const keyOf = (what: string): string => `sign-in-attempts:${sha256Hex(what)}`;
