import { LimitExceeded } from '../ledger/limit-exceeded.js';

/** Items of one request: an empty item takes 2 bytes of it, and hundreds until it is stored. No exporter's batch comes near. */
export const MAX_ITEMS = 500_000;

const MAX_REPEATED_BYTES = 256 * 2 ** 20;
/** Small requests may repeat this much: batches of small records of a resource that says a lot. */
const LEAST_REPEATED_BYTES = 16 * 2 ** 20;
/** Otherwise so many times the request. With 2 kB of resource and items of 200 bytes it is ten. */
const REPEATED_TIMES = 32;

/**
 * What the rows of one request may take for attributes of their resource and scope. Every row repeats them, so without a bound
 * a request of 100 kB (one long attribute, very many small items) would become gigabytes; and its sender would pay for what
 * it sends, but have everybody's disk and ClickHouse work for what it becomes.
 */
export function maxRepeatedBytes(requestBytes: number): number {
  return Math.min(MAX_REPEATED_BYTES, Math.max(LEAST_REPEATED_BYTES, REPEATED_TIMES * requestBytes));
}

/** At least what an attribute takes beside its value: the number of its key, and the length of the value. */
export const ATTRIBUTE_BYTES = 8;

type Attributes = readonly (readonly [string, string])[];

/** Adds up what rows repeat. */
export class RepeatedBytes {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(requestBytes: number) {
    this.#maxBytes = maxRepeatedBytes(requestBytes);
  }

  /** Throws LimitExceeded `payload_too_large` when it has become too much. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    throw tooMuch(
      'The attributes of resources and scopes, repeated for every item of the request, take',
      `${this.#maxBytes} bytes`,
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
