import { buildFseTable, type FseTable } from './fse.js';

/** What the codes of one part of a sequence stand for: a value to begin at, and how many bits to add (RFC 8878 §3.1.1.3.2.1). */
export interface CodeKind {
  readonly maxSymbol: number;
  readonly maxAccuracyLog: number;
  readonly predefined: FseTable;
  readonly base: readonly number[];
  readonly extraBits: readonly number[];
}

const zeros = (count: number) => Array.from({ length: count }, () => 0);

const LITERAL_BITS = [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS = [...zeros(32), ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]];
/** The largest code of an offset that is read; windows are far smaller. */
const MAX_OFFSET_CODE = 31;

/** Each value begins where the one before ends. */
function basesOf(extraBits: readonly number[], first: number): number[] {
  let next = first;
  return extraBits.map((bits) => {
    const base = next;
    next += 2 ** bits;
    return base;
  });
}

const LITERAL_LENGTHS = [
  ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1],
  ...[-1, -1, -1, -1],
];
const MATCH_LENGTHS = [
  ...[1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  ...[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1],
];
const OFFSETS = [
  ...[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  ...[-1, -1, -1, -1, -1],
];

export const LITERAL_LENGTH: CodeKind = {
  maxSymbol: 35,
  maxAccuracyLog: 9,
  predefined: buildFseTable(LITERAL_LENGTHS, 6),
  base: basesOf(LITERAL_BITS, 0),
  extraBits: LITERAL_BITS,
};
export const MATCH_LENGTH: CodeKind = {
  maxSymbol: 52,
  maxAccuracyLog: 9,
  predefined: buildFseTable(MATCH_LENGTHS, 6),
  base: basesOf(MATCH_BITS, 3),
  extraBits: MATCH_BITS,
};
export const OFFSET: CodeKind = {
  maxSymbol: MAX_OFFSET_CODE,
  maxAccuracyLog: 8,
  predefined: buildFseTable(OFFSETS, 5),
  base: Array.from({ length: MAX_OFFSET_CODE + 1 }, (_, code) => 2 ** code),
  extraBits: Array.from({ length: MAX_OFFSET_CODE + 1 }, (_, code) => code),
};
