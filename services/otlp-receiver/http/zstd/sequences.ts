import { BackwardBits, damaged } from './bits.js';
import { constantFseTable, type FseTable, readFseTable } from './fse.js';
import type { BlockRange } from './literals.js';
import type { Output } from './output.js';
import { type CodeKind, LITERAL_LENGTH, MATCH_LENGTH, OFFSET } from './sequence-codes.js';

export interface SequenceTables {
  readonly literalLength: FseTable;
  readonly offset: FseTable;
  readonly matchLength: FseTable;
}

const PREDEFINED = 0;
const CONSTANT = 1;
const DESCRIBED = 2;

export interface SequencesHeader {
  readonly count: number;
  readonly tables: SequenceTables | undefined;
  /** Where the bits of the sequences begin. */
  readonly next: number;
}

/** Reads how many sequences follow and by which tables (RFC 8878 §3.1.1.3.2). */
export function readSequencesHeader(range: BlockRange, known: SequenceTables | undefined): SequencesHeader {
  const { bytes, start, end } = range;
  const byte = (offset: number) => bytes[start + offset] ?? 0;
  if (start >= end) throw damaged('a block has no sequences section');
  const first = byte(0);
  if (first === 0) return { count: 0, tables: known, next: start + 1 };
  const width = first < 128 ? 1 : first < 255 ? 2 : 3;
  const count =
    width === 1 ? first : width === 2 ? ((first - 128) << 8) + byte(1) : byte(1) + (byte(2) << 8) + 0x7f00;
  const modes = byte(width);
  if ((modes & 3) !== 0) throw damaged('reserved bits of a block are set');
  let at = start + width + 1;
  const read = (kind: CodeKind, shift: number, former: FseTable | undefined) => {
    const [table, next] = readTable({ bytes, start: at, end }, kind, { mode: (modes >> shift) & 3, former });
    at = next;
    return table;
  };
  const literalLength = read(LITERAL_LENGTH, 6, known?.literalLength);
  const offset = read(OFFSET, 4, known?.offset);
  const matchLength = read(MATCH_LENGTH, 2, known?.matchLength);
  return { count, tables: { literalLength, offset, matchLength }, next: at };
}

function readTable(
  { bytes, start, end }: BlockRange,
  kind: CodeKind,
  { mode, former }: { readonly mode: number; readonly former: FseTable | undefined },
): readonly [FseTable, number] {
  if (mode === PREDEFINED) return [kind.predefined, start];
  if (mode === DESCRIBED) return readFseTable(bytes, { at: start, end }, kind);
  if (mode === CONSTANT) {
    const symbol = bytes[start] ?? 0;
    if (start >= end || symbol > kind.maxSymbol) throw damaged('a code of sequences is out of range');
    return [constantFseTable(symbol), start + 1];
  }
  if (!former) throw damaged('a block repeats a table that there is not');
  return [former, start];
}

/** One of the three entropy states that a sequence is read by. */
class State {
  readonly #kind: CodeKind;
  readonly #table: FseTable;
  #state: number;

  constructor(kind: CodeKind, table: FseTable, stream: BackwardBits) {
    this.#kind = kind;
    this.#table = table;
    this.#state = stream.read(table.accuracyLog);
  }

  value(stream: BackwardBits): number {
    const code = this.#table.symbols[this.#state] as number;
    return (this.#kind.base[code] as number) + stream.read(this.#kind.extraBits[code] as number);
  }

  advance(stream: BackwardBits): void {
    const { base, bits } = this.#table;
    this.#state = (base[this.#state] as number) + stream.read(bits[this.#state] as number);
  }
}

export interface Sequences extends BlockRange {
  readonly count: number;
  readonly tables: SequenceTables;
  readonly literals: Uint8Array;
}

/**
 * Writes what the sequences describe: some literals, then a copy of what was written before, and at the end the literals that
 * are left. Each sequence writes three bytes at least, and `output` has a limit, so a count that lies ends early.
 */
export function runSequences(sequences: Sequences, output: Output): void {
  const { bytes, start, end, count, tables, literals } = sequences;
  const stream = new BackwardBits(bytes, start, end);
  const literalLength = new State(LITERAL_LENGTH, tables.literalLength, stream);
  const offset = new State(OFFSET, tables.offset, stream);
  const matchLength = new State(MATCH_LENGTH, tables.matchLength, stream);
  let at = 0;
  for (let left = count; left > 0; left--) {
    const offsetValue = offset.value(stream);
    const matchBytes = matchLength.value(stream);
    const literalBytes = literalLength.value(stream);
    if (left > 1) {
      literalLength.advance(stream);
      matchLength.advance(stream);
      offset.advance(stream);
    }
    if (stream.left < 0) throw damaged('the sequences of a block are cut off');
    if (at + literalBytes > literals.length) throw damaged('a sequence asks for literals that there are not');
    output.append(literals, at, at + literalBytes);
    at += literalBytes;
    output.repeat(output.offsetOf(offsetValue, literalBytes), matchBytes);
  }
  if (stream.left !== 0) throw damaged('a block holds more than its sequences');
  output.append(literals, at, literals.length);
}
