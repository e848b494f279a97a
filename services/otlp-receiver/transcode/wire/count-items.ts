import { UNUSUAL } from './unusual.js';
import { DELIMITED, WireBytes } from './wire-bytes.js';

/** For each level of a request the field numbers that lead to the next one; the fields of the last level are the items. */
export type ItemPath = readonly (readonly number[])[];

const source = new WireBytes();

/**
 * Items of an export request, from the lengths of its messages alone. Undefined when the bytes are not fields from the first to
 * the last: such a request must not be joined with another, whose bytes it could take for its own.
 */
export function countItems(body: Uint8Array, path: ItemPath): number | undefined {
  source.open(body);
  try {
    return countLevel(path, 0, body.length);
  } catch (thrown) {
    if (thrown !== UNUSUAL) throw thrown;
    return undefined;
  }
}

function countLevel(path: ItemPath, level: number, end: number): number {
  const fields = path[level] ?? [];
  const isLast = level === path.length - 1;
  let count = 0;
  while (source.at < end) {
    const tag = source.varint31(end);
    if ((tag & 7) !== DELIMITED || !fields.includes(tag >>> 3)) {
      source.skip(tag, end);
      continue;
    }
    const fieldEnd = source.delimited(end);
    count += isLast ? 1 : countLevel(path, level + 1, fieldEnd);
    source.at = fieldEnd;
  }
  return count;
}
