import { LimitExceeded } from '../ledger/limit-exceeded.js';

/** Items of one request: an empty item takes 2 bytes of it, and hundreds until it is stored. No exporter's batch comes near. */
export const MAX_ITEMS = 500_000;

/**
 * What the rows of one request may take for attributes of their resource and scope. Every row repeats them, so without a bound
 * a request of 100 kB (one long attribute, very many small items) would become gigabytes.
 */
export const MAX_REPEATED_BYTES = 256 * 2 ** 20;

/** At least what an attribute takes beside its value: the number of its key, and the length of the value. */
export const ATTRIBUTE_BYTES = 8;

type Attributes = readonly (readonly [string, string])[];

/** Adds up what rows repeat. */
export class RepeatedBytes {
  #bytes = 0;

  /** Throws LimitExceeded `payload_too_large` when it has become too much. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MAX_REPEATED_BYTES) return;
    throw tooMuch(
      'The attributes of resources and scopes, repeated for every item of the request, take',
      `${MAX_REPEATED_BYTES} bytes`,
    );
  }
}

/** What a row takes for attributes that it shares with others. */
export function sharedBytes(...attributes: readonly Attributes[]): number {
  let bytes = 0;
  for (const entries of attributes)
    for (const [, value] of entries) bytes += Buffer.byteLength(value) + ATTRIBUTE_BYTES;
  return bytes;
}

export const tooManyItems = (): LimitExceeded => tooMuch('The request holds', `${MAX_ITEMS} items`);

function tooMuch(what: string, limit: string): LimitExceeded {
  const measured = `more than ${limit}`;
  return new LimitExceeded('payload_too_large', `${what} ${measured}. Send smaller batches.`, {
    limit,
    measured,
  });
}
