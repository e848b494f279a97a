import {
  ANY_VALUE_SHAPE,
  type MessageShape,
} from '../../services/otlp-receiver/transcode/reference/message-shape.js';
import type { Random } from './random.js';

const DELIMITED = 2;

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Without its length. */
  readonly value: Buffer;
}

/**
 * Writes a message as no exporter does but protobuf allows: fields in any order and more than once, unknown fields between
 * them, lengths longer than need be. `isStrange` adds what a fast reader may leave to a slower one: messages and values of a
 * oneof twice, groups, field numbers up to the largest.
 */
export class WireShuffler {
  readonly #random: Random;
  readonly #isStrange: boolean;

  constructor(random: Random, isStrange: boolean) {
    this.#random = random;
    this.#isStrange = isStrange;
  }

  shuffle(bytes: Uint8Array, shape: MessageShape): Buffer {
    const random = this.#random;
    const fields = readFields(Buffer.from(bytes)).map((field) => {
      const inner = field.wireType === DELIMITED ? shape.fields.get(field.number)?.message : undefined;
      return inner ? { ...field, value: this.shuffle(field.value, inner()) } : field;
    });
    for (const field of [...fields])
      if (random.chance(0.05) && this.#mayRepeat(field, shape)) this.#insert(fields, field);
    if (random.chance(0.1)) this.#insert(fields, this.#unknownField(shape));
    if (random.chance(0.5)) this.#reorder(fields);
    return Buffer.concat(fields.map((field) => this.#encode(field)));
  }

  #mayRepeat({ number }: Field, shape: MessageShape): boolean {
    const field = shape.fields.get(number);
    const isPlain = shape !== ANY_VALUE_SHAPE && !field?.message && !field?.packed;
    return isPlain || this.#isStrange;
  }

  /** A number that is not known, or one that is with a wire type that is not its own. */
  #unknownField(shape: MessageShape): Field {
    const random = this.#random;
    const [number] = random.chance(0.5) ? random.pick([...shape.fields]) : [this.#unknownNumber()];
    const known = shape.fields.get(number);
    const isOther = (type: number) =>
      type !== known?.wireType && !(known?.packed && type === DELIMITED && !this.#isStrange);
    const wireType = random.pick([0, 1, DELIMITED, 5].filter(isOther));
    const sizes: Readonly<Record<number, number>> = { 1: 8, 5: 4, [DELIMITED]: random.below(300) };
    const value = wireType === 0 ? varint(random.below(2 ** 40)) : random.bytes(sizes[wireType] ?? 0);
    if (!this.#isStrange || random.chance(0.7)) return { number, wireType, value };
    // A group that holds the field, its end tag included.
    const inner = this.#encode({ number, wireType, value });
    return { number: 77, wireType: 3, value: Buffer.concat([inner, varint(77 * 8 + 4)]) };
  }

  #unknownNumber(): number {
    return this.#random.pick(
      this.#isStrange ? [4, 15, 16, 2 ** 28, 2 ** 29 - 1] : [15, 17, 2_047, 2 ** 28 - 1],
    );
  }

  #insert(fields: Field[], field: Field): void {
    fields.splice(this.#random.below(fields.length + 1), 0, field);
  }

  #reorder(fields: Field[]): void {
    for (let last = fields.length - 1; last > 0; last--) {
      const other = this.#random.below(last + 1);
      [fields[last], fields[other]] = [fields[other] as Field, fields[last] as Field];
    }
  }

  #encode({ number, wireType, value }: Field): Buffer {
    const tag = this.#varint(number * 8 + wireType);
    return Buffer.concat(wireType === DELIMITED ? [tag, this.#varint(value.length), value] : [tag, value]);
  }

  /** At times in five bytes, whatever the number. */
  #varint(value: number): Buffer {
    const short = varint(value);
    if (short.length > 4 || !this.#random.chance(0.03)) return short;
    const long = Buffer.alloc(5, 0x80);
    short.copy(long);
    for (let index = 0; index < 4; index++) long[index] = (long[index] ?? 0) | 0x80;
    long[4] = 0;
    return long;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Fields of a message that ts-proto has encoded: without groups, lengths below 2^31. */
function readFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const wireType = tag % 8;
    const size = wireType === DELIMITED ? readVarint() : undefined;
    const start = at;
    if (wireType === 0) readVarint();
    else at += size ?? (wireType === 1 ? 8 : 4);
    fields.push({ number: Math.floor(tag / 8), wireType, value: bytes.subarray(start, at) });
  }
  return fields;
}
