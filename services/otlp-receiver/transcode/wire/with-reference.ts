import type { Transcode, TranscodeResult } from '../transcode.js';
import type { ByteDictionary } from './columns/byte-dictionary.js';
import type { WireTexts } from './columns/row-block.js';
import { UNUSUAL } from './unusual.js';

/** A dictionary that has grown beyond this holds names that do not come back; it starts anew. */
const MAX_TEXTS = 20_000;
const MAX_TEXT_BYTES = 4 * 2 ** 20;

/** What is usual has nothing to refuse. */
export const NOTHING_REJECTED: TranscodeResult['rejected'] = new Map();

/** Leaves to the reference what is unusual. `after` is called in any case, to let go of the request. */
export function withReference(
  usual: Transcode,
  reference: Transcode,
  after: (bytes: Uint8Array) => void,
): Transcode {
  return (bytes, context) => {
    try {
      return usual(bytes, context);
    } catch (thrown) {
      if (thrown !== UNUSUAL) throw thrown;
      return reference(bytes, context);
    } finally {
      after(bytes);
    }
  };
}

/** Whether the dictionaries should start anew, and with them all that holds their numbers. */
export function areLarge({ names, keys }: WireTexts): boolean {
  const isLarge = ({ size, encoded }: ByteDictionary) => size > MAX_TEXTS || encoded.length > MAX_TEXT_BYTES;
  return isLarge(names) || isLarge(keys);
}
