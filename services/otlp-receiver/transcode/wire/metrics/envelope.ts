import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';

/** Fields of ResourceMetrics and of ScopeMetrics: what all below share, what is below, and the URL of a schema. */
const SHARED = 0x0a;
const ITEM = 0x12;
const SCHEMA_URL = 0x1a;

/** Where the parts of a ResourceMetrics or ScopeMetrics message lie that may come after the items that they are about. */
export interface Envelope {
  readonly start: number;
  readonly end: number;
  /** 0 to 0 when it is not set, which is the same as an empty message. */
  readonly shared: number;
  readonly sharedEnd: number;
  readonly schemaUrl: number;
  readonly schemaUrlEnd: number;
}

/** Looks through the message from the position to `end`, stepping over its items. */
export function findEnvelope(source: WireBytes, end: number): Envelope {
  const start = source.at;
  let [shared, sharedEnd, schemaUrl, schemaUrlEnd] = [-1, -1, 0, 0];
  while (source.at < end) {
    const tag = source.varint31(end);
    if (tag !== SHARED && tag !== ITEM && tag !== SCHEMA_URL) {
      source.skip(tag, end);
      continue;
    }
    const fieldEnd = source.delimited(end);
    if (tag === SCHEMA_URL) [schemaUrl, schemaUrlEnd] = [source.at, fieldEnd];
    else if (tag === SHARED) {
      // A second one would replace the first.
      if (shared >= 0) throw UNUSUAL;
      [shared, sharedEnd] = [source.at, fieldEnd];
    }
    source.at = fieldEnd;
  }
  return {
    start,
    end,
    shared: Math.max(shared, 0),
    sharedEnd: Math.max(sharedEnd, 0),
    schemaUrl,
    schemaUrlEnd,
  };
}

/** Goes through the items of an envelope that was looked through; `read` gets the end of each. */
export function readItems(
  source: WireBytes,
  { start, end }: Envelope,
  read: (itemEnd: number) => void,
): void {
  source.at = start;
  while (source.at < end) {
    const tag = source.varint31(end);
    if (tag === ITEM) read(source.delimited(end));
    else source.skip(tag, end);
  }
}
