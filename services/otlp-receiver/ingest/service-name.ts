import { WireBytes } from '../transcode/wire/wire-bytes.js';

const SERVICE_NAME = Buffer.from('service.name');
/** Field 1, delimited: in order the resource's block, its resource, one of the resource's attributes, and the key of that. */
const FIRST_FIELD = 10;
/** Field 2, delimited: the value of an attribute. */
const VALUE_FIELD = 18;

/**
 * `service.name` of the first resource in an export request of any signal (the numbers of these fields are the same in
 * all), for the record of rejects. Undefined when there is none, also because the bytes are not such a message.
 */
export function firstServiceName(body: Uint8Array): string | undefined {
  const wire = new WireBytes();
  wire.open(body);
  try {
    const blockEnd = enter(wire, FIRST_FIELD, body.length);
    const resourceEnd = enter(wire, FIRST_FIELD, blockEnd);
    while (wire.at < resourceEnd) {
      const name = readAttribute(wire, enter(wire, FIRST_FIELD, resourceEnd));
      if (name !== undefined) return name;
    }
  } catch {
    // A refusal may be about exactly these bytes.
  }
  return undefined;
}

/** Steps into the next field with this tag and returns its end; throws when there is none. */
function enter(wire: WireBytes, tag: number, end: number): number {
  for (;;) {
    const found = wire.varint31(end);
    if (found === tag) return wire.delimited(end);
    wire.skip(found, end);
  }
}

/** The text of the attribute when it is the one that is looked for; the position is behind it in any case. */
function readAttribute(wire: WireBytes, end: number): string | undefined {
  const keyEnd = enter(wire, FIRST_FIELD, end);
  const isIt = SERVICE_NAME.equals(wire.bytes.subarray(wire.at, keyEnd));
  wire.at = isIt ? keyEnd : end;
  if (!isIt) return undefined;
  const valueEnd = enter(wire, VALUE_FIELD, end);
  const textEnd = enter(wire, FIRST_FIELD, valueEnd);
  return Buffer.from(wire.bytes.subarray(wire.at, textEnd)).toString('utf8');
}
