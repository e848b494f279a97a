import type { AnyValue } from '../../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { BODY_TYPES } from '../../log-columns.js';
import { bodyOf } from '../../reference/log-row.js';
import { ABSENT, Attributes, DOUBLE, NESTED, TEXT } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import type { GrowableBytes } from '../columns/growable-bytes.js';
import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';

const STRING = BODY_TYPES.indexOf('string');
const JSON_TEXT = BODY_TYPES.indexOf('json');

/** The body of the record being read: a value like that of an attribute, but stored so that its kind can be told. */
export class LogBody {
  readonly #value: Attributes;
  #isSet = false;

  constructor(source: WireBytes, keys: ByteDictionary) {
    this.#value = new Attributes(source, keys);
  }

  reset(): void {
    this.#isSet = false;
  }

  /** Reads the AnyValue message from the position to `end`. A second one is UNUSUAL. */
  read(end: number): void {
    if (this.#isSet) throw UNUSUAL;
    this.#isSet = true;
    this.#value.readValue(end);
  }

  /** Writes the body and returns its type: text as it is, bytes in base64, everything else as JSON, none as ''. */
  write(out: GrowableBytes): number {
    const kind = this.#isSet ? this.#value.kinds[0] : ABSENT;
    switch (kind) {
      case ABSENT:
        out.uint8(0);
        return STRING;
      case NESTED:
        return writeRare(this.#value.nestedAt(0), out);
      case DOUBLE:
        return writeRare({ doubleValue: this.#value.numberAt(0) }, out);
      default:
        this.#value.writeText(0, out);
        return kind === TEXT ? STRING : JSON_TEXT;
    }
  }
}

/** What is not written from the bytes of the request is written as the reference does. */
function writeRare(value: AnyValue, out: GrowableBytes): number {
  const [text, type] = bodyOf(value);
  out.string(text);
  return BODY_TYPES.indexOf(type);
}
