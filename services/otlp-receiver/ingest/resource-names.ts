import { WireBytes } from '../transcode/wire/wire-bytes.js';

/** Field 1, delimited: the resource of a block, an attribute of that, and the key of an attribute. */
const FIRST_FIELD = 10;
/** Field 2, delimited: the value of an attribute. */
const VALUE_FIELD = 18;
const SERVICE_NAME = Buffer.from('service.name');
const NO_BYTES = Buffer.alloc(0);
const MAX_NAME_BYTES = 400;

/** Reads attributes of resources from the bytes of an export request of any signal: these fields have the same numbers in all. */
export class ResourceNames {
  readonly #wire: WireBytes;
  /** The same name comes again and again. */
  #lastBytes: Uint8Array = NO_BYTES;
  #lastName = '';

  constructor(wire: WireBytes) {
    this.#wire = wire;
  }

  /** `service.name` of the resource in the block from the position to `end`; empty when it has none. The position moves. */
  serviceIn(end: number): string {
    const wire = this.#wire;
    const resourceEnd = enter(wire, FIRST_FIELD, end);
    if (resourceEnd < 0) return '';
    for (;;) {
      const attributeEnd = enter(wire, FIRST_FIELD, resourceEnd);
      if (attributeEnd < 0) return '';
      const keyEnd = enter(wire, FIRST_FIELD, attributeEnd);
      const isIt = keyEnd - wire.at === SERVICE_NAME.length && equals(wire.bytes, wire.at, SERVICE_NAME);
      if (isIt) {
        wire.at = keyEnd;
        return this.#value(attributeEnd);
      }
      wire.at = attributeEnd;
    }
  }

  /** Texts of the first resource in the request, by key. Fails on bytes that are not one. */
  attributesOfFirst(keys: readonly string[]): ReadonlyMap<string, string> {
    const wire = this.#wire;
    const found = new Map<string, string>();
    const blockEnd = enter(wire, FIRST_FIELD, wire.bytes.length);
    const resourceEnd = blockEnd < 0 ? -1 : enter(wire, FIRST_FIELD, blockEnd);
    while (wire.at < resourceEnd) {
      const attributeEnd = enter(wire, FIRST_FIELD, resourceEnd);
      if (attributeEnd < 0) break;
      const keyEnd = enter(wire, FIRST_FIELD, attributeEnd);
      const key = keyEnd < 0 ? '' : textOf(wire.bytes.subarray(wire.at, keyEnd));
      wire.at = Math.max(keyEnd, wire.at);
      if (keys.includes(key)) found.set(key, this.#value(attributeEnd));
      wire.at = attributeEnd;
    }
    return found;
  }

  #value(end: number): string {
    const wire = this.#wire;
    const valueEnd = enter(wire, VALUE_FIELD, end);
    const textEnd = valueEnd < 0 ? -1 : enter(wire, FIRST_FIELD, valueEnd);
    if (textEnd < 0) return '';
    const bytes = wire.bytes.subarray(wire.at, Math.min(textEnd, wire.at + MAX_NAME_BYTES));
    if (bytes.length === this.#lastBytes.length && equals(bytes, 0, this.#lastBytes)) return this.#lastName;
    this.#lastBytes = Uint8Array.from(bytes);
    this.#lastName = textOf(bytes);
    return this.#lastName;
  }
}

/** Steps into the next field with this tag and returns its end; -1 at the end when there is none. */
function enter(wire: WireBytes, tag: number, end: number): number {
  while (wire.at < end) {
    const found = wire.varint31(end);
    if (found === tag) return wire.delimited(end);
    wire.skip(found, end);
  }
  return -1;
}

function equals(bytes: Uint8Array, at: number, other: Uint8Array): boolean {
  for (let index = 0; index < other.length; index++) if (bytes[at + index] !== other[index]) return false;
  return true;
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/** What a sender says about itself, for the record of refusals. */
export interface Sender {
  readonly serviceName?: string | undefined;
  /** With its language, for example `opentelemetry (python)`. */
  readonly sdkName?: string | undefined;
  readonly sdkVersion?: string | undefined;
}

const SDK_KEYS = ['service.name', 'telemetry.sdk.name', 'telemetry.sdk.language', 'telemetry.sdk.version'];
const wire = new WireBytes();
const names = new ResourceNames(wire);

/** Of the first resource of an export request. What cannot be read is left out: a refusal may be about exactly these bytes. */
export function senderOf(body: Uint8Array): Sender {
  wire.open(body);
  let found: ReadonlyMap<string, string> = new Map();
  try {
    found = names.attributesOfFirst(SDK_KEYS);
  } catch {
    return {};
  }
  const [service, name, language, version] = SDK_KEYS.map((key) => found.get(key));
  const sdkName = name && language ? `${name} (${language})` : name;
  return { serviceName: service, sdkName, sdkVersion: version };
}
