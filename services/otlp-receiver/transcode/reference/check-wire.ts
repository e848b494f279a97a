import { AppError } from '../../../../lib/errors/app-error.js';
import { MAX_ITEMS, tooManyItems } from '../request-limits.js';
import type { MessageShape } from './message-shape.js';

/**
 * Messages inside messages that a reader must be able to follow. Attribute values that are nested too deep are refused item
 * by item (32 levels take 96 messages); this bound only protects the stack.
 */
export const MAX_MESSAGE_DEPTH = 1000;

const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/**
 * Walks the bytes of a message and refuses what is not protobuf: the generated readers stop without a word at a zero tag or
 * a stray end-group, and let a nested message or the numbers of a packed list run over the end of what holds them. Unknown
 * fields are stepped over.
 * Throws AppError `malformed_payload` naming the field, and LimitExceeded for more items than a request may hold.
 */
export function checkWire(bytes: Uint8Array, shape: MessageShape): void {
  new WireWalker(bytes, shape.name).message(shape, 0, bytes.length, 1);
}

class WireWalker {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #path: string[] = [];
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  message(shape: MessageShape, start: number, end: number, depth: number): void {
    if (depth > MAX_MESSAGE_DEPTH)
      throw this.#malformed(`messages are nested deeper than ${MAX_MESSAGE_DEPTH}`);
    const counts = new Map<number, number>();
    this.#at = start;
    while (this.#at < end) {
      const { number, wireType } = this.#tag(end);
      const field = shape.fields.get(number);
      const index = counts.get(number) ?? 0;
      counts.set(number, index + 1);
      this.#path.push(field ? `${field.name}${field.isRepeated ? `[${index}]` : ''}` : `field ${number}`);
      const inner = field?.wireType === wireType ? field.message : undefined;
      if (inner) {
        if (field?.isItem && ++this.#items > MAX_ITEMS) throw tooManyItems();
        const innerEnd = this.#delimited(end);
        this.message(inner(), this.#at, innerEnd, depth + 1);
      } else if (field?.packed && wireType === 2) {
        this.#packed(field.packed, this.#delimited(end));
      } else {
        this.#skip({ number, wireType }, end, depth);
      }
      this.#path.pop();
    }
  }

  #tag(end: number): { number: number; wireType: number } {
    const tag = this.#varint(end);
    const number = Math.floor(tag / 8);
    if (number < 1 || number > MAX_FIELD_NUMBER) throw this.#malformed(`there is no field number ${number}`);
    return { number, wireType: tag % 8 };
  }

  /** Exact below 2^53: a larger value is only stepped over, or is no length that fits. */
  #varint(end: number): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.#at < end ? this.#bytes[this.#at] : undefined;
      if (byte === undefined) throw this.#malformed('a varint is cut off');
      this.#at++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.#malformed('a varint is longer than 10 bytes');
  }

  /** End of a length-delimited value; the position is at its beginning then. */
  #delimited(end: number): number {
    const size = this.#varint(end);
    if (size > end - this.#at)
      throw this.#malformed(`its length is ${size} bytes, but only ${end - this.#at} are left`);
    return this.#at + size;
  }

  #skip(tag: { number: number; wireType: number }, end: number, depth: number): void {
    switch (tag.wireType) {
      case 0:
        this.#varint(end);
        return;
      case 1:
        this.#advance(8, end);
        return;
      case 2:
        this.#at = this.#delimited(end);
        return;
      case 3:
        this.#skipGroup(tag.number, end, depth + 1);
        return;
      case 5:
        this.#advance(4, end);
        return;
      default:
        throw this.#malformed(`wire type ${tag.wireType} has no place here`);
    }
  }

  #skipGroup(groupNumber: number, end: number, depth: number): void {
    if (depth > MAX_MESSAGE_DEPTH)
      throw this.#malformed(`groups are nested deeper than ${MAX_MESSAGE_DEPTH}`);
    for (;;) {
      const tag = this.#tag(end);
      if (tag.wireType === 4 && tag.number === groupNumber) return;
      this.#skip(tag, end, depth);
    }
  }

  #packed(kind: 'varint' | 'fixed64', end: number): void {
    const size = end - this.#at;
    if (kind === 'fixed64' && size % 8 !== 0)
      throw this.#malformed(`its length is ${size} bytes, which is no multiple of 8`);
    if (kind === 'varint') while (this.#at < end) this.#varint(end);
    this.#at = end;
  }

  #advance(size: number, end: number): void {
    if (size > end - this.#at)
      throw this.#malformed(`it needs ${size} bytes, but only ${end - this.#at} are left`);
    this.#at += size;
  }

  #malformed(problem: string): AppError {
    const field = this.#path.join('.');
    const where = field === '' ? 'the message' : field;
    return new AppError(
      'malformed_payload',
      `The body (${this.#bytes.length} bytes) is not a protobuf ${this.#name}: at ${where}, byte ${this.#at}, ${problem}.`,
      { field: field === '' ? 'body' : field },
    );
  }
}
