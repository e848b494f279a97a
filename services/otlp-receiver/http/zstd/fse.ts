import { damaged, highestBit } from './bits.js';

/** A table of finite state entropy: what each state stands for, and how the next one is found. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  /** Bits to read for the next state, which is `base` plus them. */
  readonly bits: Uint8Array;
  readonly base: Uint16Array;
}

export interface FseLimits {
  readonly maxAccuracyLog: number;
  readonly maxSymbol: number;
}

/** A probability of "less than one": a state of its own at the table's end. */
const LESS_THAN_ONE = -1;

/** Reads a table's description that begins at `at`. Returns the table and where the description ends (RFC 8878 §4.1.1). */
export function readFseTable(
  bytes: Uint8Array,
  { at, end }: { readonly at: number; readonly end: number },
  { maxAccuracyLog, maxSymbol }: FseLimits,
): readonly [FseTable, number] {
  let position = at * 8;
  const peek = (count: number) => {
    const from = position >> 3;
    const window = (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8) | ((bytes[from + 2] ?? 0) << 16);
    return (window >>> (position & 7)) & ((1 << count) - 1);
  };
  const accuracyLog = peek(4) + 5;
  position += 4;
  if (accuracyLog > maxAccuracyLog) throw damaged('an entropy table is larger than allowed');
  const probabilities: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    const count = highestBit(remaining + 1) + 1;
    const low = (1 << (count - 1)) - 1;
    const threshold = (1 << count) - 2 - remaining;
    let value = peek(count);
    const isShort = (value & low) < threshold;
    position += isShort ? count - 1 : count;
    if (isShort) value &= low;
    else if (value > low) value -= threshold;
    const probability = value - 1;
    remaining -= Math.abs(probability);
    probabilities.push(probability);
    if (probability === 0) {
      let repeat: number;
      do {
        repeat = peek(2);
        position += 2;
        for (let zero = 0; zero < repeat; zero++) probabilities.push(0);
      } while (repeat === 3 && probabilities.length <= maxSymbol);
    }
    if (probabilities.length > maxSymbol + 1 || remaining < 0)
      throw damaged('an entropy table does not add up');
  }
  const next = (position + 7) >> 3;
  if (next > end) throw damaged('an entropy table is cut off');
  return [buildFseTable(probabilities, accuracyLog), next];
}

/** The decoding table of probabilities that add up to `1 << accuracyLog`. */
export function buildFseTable(probabilities: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = spread(probabilities, size);
  const bits = new Uint8Array(size);
  const base = new Uint16Array(size);
  const next = probabilities.map((probability) => Math.abs(probability));
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const count = next[symbol] as number;
    next[symbol] = count + 1;
    const width = accuracyLog - highestBit(count);
    bits[state] = width;
    base[state] = (count << width) - size;
  }
  return { accuracyLog, symbols, bits, base };
}

/** Which symbol each state stands for. */
function spread(probabilities: readonly number[], size: number): Uint8Array {
  const symbols = new Uint8Array(size);
  let high = size;
  for (const [symbol, probability] of probabilities.entries())
    if (probability === LESS_THAN_ONE) symbols[--high] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, probability] of probabilities.entries())
    for (let times = 0; times < probability; times++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  return symbols;
}

/** A table with one state, which is always the same symbol. */
export function constantFseTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    base: new Uint16Array(1),
  };
}
