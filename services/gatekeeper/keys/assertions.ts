import { ASSERTION_TTL_SECONDS, signAssertion } from '../../../lib/rpc/assertion.js';
import type { Principal } from '../../../lib/rpc/caller.js';
import { NearFacts } from '../facts/near-facts.js';
import type { SigningKeys } from './signing-keys.js';

export interface SignedAssertion {
  readonly assertion: string;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** Half of its life: whoever gets an assertion has at least the other half to use it. */
const REUSED_FOR_MS = (ASSERTION_TTL_SECONDS * 1000) / 2;
const MAX_REMEMBERED = 10_000;

/**
 * Assertions for those who were found to be allowed. Asked the same within half a minute, it is the same signature: signing is the
 * dearest part of an answer. Whether somebody is allowed is looked at every time, before.
 */
export class Assertions {
  readonly #keys: Pick<SigningKeys, 'current'>;
  readonly #nowMs: () => number;
  readonly #signed = new NearFacts<{ readonly atMs: number; readonly signing: Promise<SignedAssertion> }>(
    MAX_REMEMBERED,
  );

  constructor(keys: Pick<SigningKeys, 'current'>, nowMs: () => number = Date.now) {
    this.#keys = keys;
    this.#nowMs = nowMs;
  }

  sign(caller: Principal, audience: string): Promise<SignedAssertion> {
    const { current } = this.#keys;
    const nowMs = this.#nowMs();
    const key = JSON.stringify([current.keyId, audience, caller], (_name, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const known = this.#signed.get(key);
    if (known && nowMs >= known.atMs && nowMs - known.atMs < REUSED_FOR_MS) return known.signing;
    const expiresAtMs = nowMs + ASSERTION_TTL_SECONDS * 1000;
    const signing = signAssertion(current, caller, audience).then((assertion) => ({
      assertion,
      expiresAtMs,
    }));
    this.#signed.set(key, { atMs: nowMs, signing });
    signing.catch(() => this.#signed.delete(key));
    return signing;
  }
}
