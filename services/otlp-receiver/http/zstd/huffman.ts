import { BackwardBits, damaged, highestBit } from './bits.js';
import { readFseTable } from './fse.js';

export interface HuffmanTable {
  readonly maxBits: number;
  /** By the next `maxBits` bits: the symbol, and how many of the bits are its code. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const MAX_BITS = 11;
const MAX_WEIGHTS = 255;
/** A first byte from here on says how many weights follow as half bytes; below, how long their entropy coding is. */
const DIRECT = 128;

/** Reads the table's description that begins at `at`. Returns the table and where the description ends (RFC 8878 §4.2.1). */
export function readHuffmanTable(
  bytes: Uint8Array,
  at: number,
  end: number,
): readonly [HuffmanTable, number] {
  const first = bytes[at] ?? 0;
  const size = first < DIRECT ? first : (first - DIRECT + 2) >> 1;
  const next = at + 1 + size;
  if (at >= end || next > end) throw damaged('a Huffman table is cut off');
  const weights =
    first < DIRECT ? codedWeights(bytes, at + 1, next) : directWeights(bytes, at + 1, first - 127);
  return [buildTable(weights), next];
}

function directWeights(bytes: Uint8Array, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const byte = bytes[at + (index >> 1)] ?? 0;
    return index % 2 === 0 ? byte >> 4 : byte & 15;
  });
}

/** Two states take turns until the bits are used up; then the other one's last symbol is the last. */
function codedWeights(bytes: Uint8Array, at: number, end: number): number[] {
  const [table, start] = readFseTable(bytes, { at, end }, { maxAccuracyLog: 6, maxSymbol: 255 });
  const stream = new BackwardBits(bytes, start, end);
  const states = [stream.read(table.accuracyLog), stream.read(table.accuracyLog)];
  if (stream.left < 0) throw damaged('Huffman weights are cut off');
  const weights: number[] = [];
  const symbolOf = (turn: number) => table.symbols[states[turn] as number] as number;
  for (let turn = 0; ; turn ^= 1) {
    weights.push(symbolOf(turn));
    if (weights.length > MAX_WEIGHTS) throw damaged('there are too many Huffman weights');
    const state = states[turn] as number;
    const width = table.bits[state] as number;
    if (width > stream.left) {
      weights.push(symbolOf(turn ^ 1));
      return weights;
    }
    states[turn] = (table.base[state] as number) + stream.read(width);
  }
}

/** The weight of the last symbol is not written: it is what is missing to a power of two. */
function buildTable(written: readonly number[]): HuffmanTable {
  if (written.length > MAX_WEIGHTS || written.some((weight) => weight > MAX_BITS))
    throw damaged('a Huffman weight is out of range');
  const sum = written.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const maxBits = sum > 0 ? highestBit(sum) + 1 : 0;
  const missing = 2 ** maxBits - sum;
  if (sum === 0 || maxBits > MAX_BITS || (missing & (missing - 1)) !== 0)
    throw damaged('Huffman weights do not add up');
  const weights = [...written, highestBit(missing) + 1];
  const symbols = new Uint8Array(2 ** maxBits);
  const bits = new Uint8Array(2 ** maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++)
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue;
      const next = at + 2 ** (weight - 1);
      symbols.fill(symbol, at, next);
      bits.fill(maxBits + 1 - weight, at, next);
      at = next;
    }
  return { maxBits, symbols, bits };
}

/** Fills `out` from the stream between `start` and `end`, which must hold exactly that. */
export function readHuffmanStream(
  table: HuffmanTable,
  out: Uint8Array,
  { bytes, start, end }: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
): void {
  const stream = new BackwardBits(bytes, start, end);
  const { maxBits, symbols, bits } = table;
  for (let index = 0; index < out.length; index++) {
    const code = stream.peek(maxBits);
    out[index] = symbols[code] as number;
    stream.left -= bits[code] as number;
    if (stream.left < 0) throw damaged('a Huffman stream is cut off');
  }
  if (stream.left !== 0) throw damaged('a Huffman stream is longer than its literals');
}
